// What is sent: chat messages, or bytes where nobody looks at them. The last one of a measurement is empty.

const ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .";
const BYTES_OF_A_RING = 4 * 1024 * 1024;
const LONGEST_RING = 64;

/** Objects whose JSON has `size` bytes. */
export const chat = {
  /** Values to send in turn, so that none gains from being the same as the one before. */
  ring(size) {
    const random = randomFrom(size);
    const length = size - JSON.stringify(message(0, "")).length;
    return Array.from({ length: ringLength(size) }, (_, index) => message(index, textOf(length, random)));
  },
  end: message(0, ""),
  isEnd: (value) => value.text.length === 0,
};

/** Buffers of `size` bytes. */
export const bytes = {
  ring: (size) => Array.from({ length: ringLength(size) }, (_, index) => Buffer.alloc(size, index)),
  end: Buffer.alloc(0),
  isEnd: (value) => value.length === 0,
};

function message(index, text) {
  return { room: "lobby", from: `user-${10 + (index % 8)}`, at: 1_700_000_000_000 + index, text };
}

function ringLength(size) {
  return Math.max(2, Math.min(LONGEST_RING, Math.floor(BYTES_OF_A_RING / size)));
}

function textOf(length, random) {
  let text = "";
  while (text.length < length) text += ALPHABET[random() % ALPHABET.length];
  // Joined piece by piece it would be a tree, which the first reader pays for.
  return Buffer.from(text, "latin1").toString("latin1");
}

/** Numerical Recipes' linear congruential generator, without its weak low bits: the same text in each run. */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 16;
  };
}
