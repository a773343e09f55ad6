// Walks over the bytes of one payload and never beyond its end.

export class PayloadCursor {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;

  reset(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  byte(): number {
    if (this.#at >= this.#end) throw malformed("it ends too early");
    return this.#bytes[this.#at++] as number;
  }

  /** A byte ahead, -1 beyond the end. */
  peek(ahead = 0): number {
    return this.#at + ahead < this.#end ? (this.#bytes[this.#at + ahead] as number) : -1;
  }

  uint(size: number): number {
    let value = 0;
    for (let left = size; left > 0; left--) value = value * 256 + this.byte();
    return value;
  }

  /** A length of 1, 2 or 4 bytes, as `width` is 0, 1 or 2. */
  length(width: number): number {
    return this.uint(1 << width);
  }

  skip(length: number): void {
    this.room(length);
    this.#at += length;
  }

  /** Each thing takes at least one byte, so a count that the rest cannot hold is a lie. */
  room(count: number): void {
    if (count > this.#end - this.#at) throw malformed("it ends too early");
  }
}

export function malformed(why: string): Error {
  return new Error(`the payload is malformed: ${why}`);
}
