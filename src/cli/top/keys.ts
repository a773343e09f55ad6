// From what a terminal sends to the keys that were pressed. Pure.

/** A character as it is typed, or the name of another key. */
export type Key = string;

/** Sequences that terminals send, in the normal and in the application mode of the cursor keys. */
const NAMES: Readonly<Record<string, Key>> = {
  "\u001b[A": "up",
  "\u001bOA": "up",
  "\u001b[B": "down",
  "\u001bOB": "down",
  "\u001b[H": "home",
  "\u001b[1~": "home",
  "\u001b[F": "end",
  "\u001b[4~": "end",
  "\u001b": "escape",
  "\r": "enter",
  "\u0003": "ctrl-c",
  "\u001a": "ctrl-z",
};

/** A whole escape sequence (ECMA-48), or one character. */
// oxlint-disable-next-line no-control-regex -- it is what these sequences begin with
const PART = /\u001b\[[0-?]*[ -/]*[@-~]|\u001bO[A-Za-z]|[^]/gu;

/** The keys of one chunk; of sequences that mean nothing here, nothing. */
export function keysIn(chunk: string): Key[] {
  const parts = chunk.match(PART) ?? [];
  return parts.flatMap((part) => NAMES[part] ?? (part.length === 1 && part >= " " ? [part] : []));
}
