// The bytes of one payload that is being read, never beyond its end; and what MessagePack says of things without parts.

import { isAscii } from "node:buffer";

/** Up to this length, strings are read byte by byte: a call of Buffer's costs more. */
const SHORT = 10;
/** From this length on it pays to see first whether a string is ASCII, for which there is a faster way. */
const LONG = 1024;
/** How many short strings are remembered: what is short, such as names and states, often comes again. */
const REMEMBERED = 256;

const remembered: string[] = Array.from({ length: REMEMBERED }, () => "");

export class Input {
  bytes!: Buffer;
  at = 0;
  end = 0;
  /** Bytes of all payloads until now, this one included. */
  total = 0;

  reset(bytes: Buffer, start: number, end: number): void {
    this.total += end - start;
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Each thing takes at least one byte, so a count that the rest cannot hold is a lie. */
  room(count: number): void {
    if (count > this.end - this.at) throw malformed("it ends too early");
  }

  byte(): number {
    if (this.at >= this.end) throw malformed("it ends too early");
    return this.bytes[this.at++] as number;
  }

  /** The next byte, -1 at the end. */
  peek(): number {
    return this.at < this.end ? (this.bytes[this.at] as number) : -1;
  }

  /** An unsigned integer of 1, 2 or 4 bytes, as `width` is 0, 1 or 2. */
  uint(width: number): number {
    let value = this.byte();
    for (let left = (1 << width) - 1; left > 0; left--) value = value * 256 + this.byte();
    return value;
  }

  /** A signed integer likewise. */
  int(width: number): number {
    const bits = 32 - (8 << width);
    return (this.uint(width) << bits) >> bits;
  }

  float32(): number {
    return this.bytes.readFloatBE(this.#skip(4));
  }

  float64(): number {
    return this.bytes.readDoubleBE(this.#skip(8));
  }

  int64(): bigint {
    return this.bytes.readBigInt64BE(this.#skip(8));
  }

  uint64(): bigint {
    return this.bytes.readBigUInt64BE(this.#skip(8));
  }

  /** A copy of the next bytes that holds no other memory. */
  copy(length: number): Buffer {
    const start = this.#skip(length);
    const copy = Buffer.allocUnsafeSlow(length);
    this.bytes.copy(copy, 0, start, start + length);
    return copy;
  }

  string(length: number): string {
    const start = this.#skip(length);
    if (length <= SHORT) return this.#short(start, length);
    const { bytes, at } = this;
    if (length >= LONG && isAscii(bytes.subarray(start, at))) return bytes.toString("latin1", start, at);
    return bytes.toString("utf8", start, at);
  }

  #skip(length: number): number {
    const start = this.at;
    this.room(length);
    this.at = start + length;
    return start;
  }

  #short(start: number, length: number): string {
    const { bytes } = this;
    let hash = length;
    for (let index = start; index < start + length; index++) {
      const byte = bytes[index] as number;
      if (byte > 0x7f) return bytes.toString("utf8", start, start + length);
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    const place = hash & (REMEMBERED - 1);
    const known = remembered[place] as string;
    if (known.length === length && isSame(known, bytes, start)) return known;
    const text = bytes.toString("latin1", start, start + length);
    remembered[place] = text;
    return text;
  }
}

export function malformed(why: string): Error {
  return new Error(`the payload is malformed: ${why}`);
}

function isSame(text: string, bytes: Buffer, start: number): boolean {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}
