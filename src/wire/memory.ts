// Memory for bytes on their way in or out, used again and again: new memory costs more than what is written into it.

/** The least that is taken: a batch of frames, and one small frame more. */
export const PIECE: number = 80 * 1024;
/** How many bytes wait here at most to be used again. */
const MOST_SPARE = 8 * 1024 * 1024;
/** Larger memory is not kept. */
const LARGEST_SPARE = 4 * 1024 * 1024;

const spare: Buffer[] = [];
let spareBytes = 0;

/** Memory of at least `size` bytes, whose contents are anything. It need not be given back. */
export function takeMemory(size: number): Buffer {
  const index = spare.findLastIndex(({ length }) => length >= size && length <= 2 * size);
  if (index < 0) return Buffer.allocUnsafeSlow(size);
  const memory = spare[index] as Buffer;
  spare.splice(index, 1);
  spareBytes -= memory.length;
  return memory;
}

/** Nobody looks at this memory any more. It has to be all that takeMemory() has returned. */
export function giveMemory(memory: Buffer): void {
  if (memory.length < PIECE || memory.length > LARGEST_SPARE || spareBytes + memory.length > MOST_SPARE) return;
  spare.push(memory);
  spareBytes += memory.length;
}
