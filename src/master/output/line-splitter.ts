// Bytes in any pieces in, whole lines out.

/** Bytes beyond which a line is passed on in pieces. */
export const MAX_LINE = 65_536;

const NEWLINE = 0x0a;
const EMPTY = Buffer.alloc(0);

/** A line without its end, or a part of one that is too long. */
export interface Piece {
  text: string;
  /** Whether more of the same line follows. */
  partial: boolean;
}

export class LineSplitter {
  /** The start of a line whose end has not come, in the pieces in which it came. */
  #parts: Buffer[] = [];
  #length = 0;

  /** The lines that have ended with this chunk; where a line ends makes no difference to what comes out. */
  push(chunk: Buffer): Piece[] {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end === -1) {
      this.#keep(chunk);
      return this.#length > MAX_LINE ? this.#cutRest() : [];
    }
    const lines = Buffer.concat([...this.#parts, chunk.subarray(0, end)]);
    this.#forget();
    this.#keep(chunk.subarray(end + 1));
    const pieces = lines.length > MAX_LINE ? splitLong(lines) : splitShort(lines);
    return this.#length > MAX_LINE ? [...pieces, ...this.#cutRest()] : pieces;
  }

  /** What is left without an end, when no more comes. */
  end(): Piece[] {
    const rest = Buffer.concat(this.#parts);
    this.#forget();
    return rest.length === 0 ? [] : [lastPiece(rest)];
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  #forget(): void {
    this.#parts = [];
    this.#length = 0;
  }

  #cutRest(): Piece[] {
    const { pieces, rest } = cut(Buffer.concat(this.#parts));
    this.#forget();
    this.#keep(rest);
    return pieces;
  }
}

function splitShort(lines: Buffer): Piece[] {
  return lines
    .toString()
    .split("\n")
    .map((line) => ({ text: withoutReturn(line), partial: false }));
}

function splitLong(lines: Buffer): Piece[] {
  const pieces: Piece[] = [];
  for (let start = 0; start <= lines.length; ) {
    const found = lines.indexOf(NEWLINE, start);
    const end = found === -1 ? lines.length : found;
    const { pieces: parts, rest } = cut(lines.subarray(start, end));
    pieces.push(...parts, lastPiece(rest));
    start = end + 1;
  }
  return pieces;
}

/** Pieces of the longest length that leave no letter in two, and what is left. */
function cut(line: Buffer): { pieces: Piece[]; rest: Buffer } {
  const pieces: Piece[] = [];
  let rest = line;
  while (rest.length > MAX_LINE) {
    const end = startOfLetter(rest, MAX_LINE);
    pieces.push({ text: rest.toString("utf8", 0, end), partial: true });
    rest = rest.subarray(end);
  }
  return { pieces, rest: rest.length === 0 ? EMPTY : rest };
}

/** Where the letter begins to which the byte at `index` belongs; UTF-8 takes four bytes at most. */
function startOfLetter(bytes: Buffer, index: number): number {
  for (let start = index; start > index - 4; start--) {
    if (((bytes[start] ?? 0) & 0xc0) !== 0x80) return start;
  }
  return index;
}

function lastPiece(bytes: Buffer): Piece {
  return { text: withoutReturn(bytes.toString()), partial: false };
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
