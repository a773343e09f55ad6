// Bytes that are being written, in memory that grows; and how MessagePack writes what has no parts.

import { hasOddCharacters } from "./value-format.js";

/** Up to this length, strings are written character by character: a call of Buffer's costs more. */
const SHORT = 10;
/** Above this length, strings are first taken for ASCII, so that no three bytes for each character are needed. */
const LONG = 4096;
/** Bytes before a string at most; bytes of a character at most. */
const HEAD = 5;
const CHARACTER = 4;

/** Gives memory of `needed` bytes that begins with the first `used` ones of `bytes`. */
export type Grow = (bytes: Buffer, used: number, needed: number) => Buffer;

export class Output {
  bytes: Buffer;
  /** Where the next byte goes. */
  at = 0;
  readonly #larger: Grow;

  /** @param grow takes the place of new memory and a copy */
  constructor(bytes: Buffer, grow: Grow = copyToLarger) {
    this.bytes = bytes;
    this.#larger = grow;
  }

  /** Makes sure that so many more bytes fit. */
  ensure(count: number): void {
    if (this.at + count > this.bytes.length) this.#grow(this.at + count);
  }

  byte(byte: number): void {
    this.ensure(1);
    this.bytes[this.at++] = byte;
  }

  uint16(value: number): void {
    this.ensure(2);
    this.bytes[this.at++] = value >>> 8;
    this.bytes[this.at++] = value;
  }

  uint32(value: number): void {
    this.ensure(4);
    this.bytes[this.at++] = value >>> 24;
    this.bytes[this.at++] = value >>> 16;
    this.bytes[this.at++] = value >>> 8;
    this.bytes[this.at++] = value;
  }

  number(value: number): void {
    if (value >>> 0 === value) this.#natural(value);
    else if ((value | 0) === value) this.#negative(value);
    else this.#float(value);
  }

  /**
   * The head of something of this length: the token for none and those after it up to `most`, then one token each for
   * lengths of 1 (unless it is 0), 2 and 4 bytes.
   */
  length(length: number, few: number, most: number, byte: number, two: number): void {
    if (length <= most) return this.byte(few + length);
    if (length < 0x100 && byte !== 0) {
      this.byte(byte);
      this.byte(length);
    } else if (length < 0x10000) {
      this.byte(two);
      this.uint16(length);
    } else {
      this.byte(two + 1);
      this.uint32(length);
    }
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.ensure(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** The head of an extension of so many bytes. */
  extension(type: number, length: number): void {
    const fixed = [1, 2, 4, 8, 16].indexOf(length);
    if (fixed >= 0) this.byte(0xd4 + fixed);
    else this.length(length, 0, -1, 0xc7, 0xc8);
    this.byte(type);
  }

  /** Returns false, and writes nothing, for a string that UTF-8 cannot carry. */
  string(text: string): boolean {
    const { length } = text;
    if (length <= SHORT && this.#short(text)) return true;
    if (length > LONG) return this.#long(text);
    this.ensure(HEAD + 3 * length);
    const head = headSize(length);
    const written = this.bytes.write(text, this.at + head);
    if (written === length) return this.#stringHead(length);
    if (hasOddCharacters(text)) return false;
    const needed = headSize(written);
    if (needed !== head) this.bytes.copyWithin(this.at + needed, this.at + head, this.at + head + written);
    return this.#stringHead(written);
  }

  #grow(needed: number): void {
    this.bytes = this.#larger(this.bytes, this.at, Math.max(2 * this.bytes.length, needed));
  }

  #natural(value: number): void {
    if (value < 0x40) this.byte(value);
    else if (value < 0x100) {
      this.byte(0xcc);
      this.byte(value);
    } else if (value < 0x10000) {
      this.byte(0xcd);
      this.uint16(value);
    } else {
      this.byte(0xce);
      this.uint32(value);
    }
  }

  #negative(value: number): void {
    if (value >= -0x20) this.byte(value);
    else if (value >= -0x80) {
      this.byte(0xd0);
      this.byte(value);
    } else if (value >= -0x8000) {
      this.byte(0xd1);
      this.uint16(value);
    } else {
      this.byte(0xd2);
      this.uint32(value);
    }
  }

  #float(value: number): void {
    this.ensure(9);
    this.bytes[this.at] = 0xcb;
    this.at = this.bytes.writeDoubleBE(value, this.at + 1);
  }

  /** Returns false for one that is not ASCII. */
  #short(text: string): boolean {
    const { length } = text;
    this.ensure(1 + length);
    const { bytes, at } = this;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      bytes[at + 1 + index] = code;
    }
    bytes[at] = 0xa0 + length;
    this.at = at + 1 + length;
    return true;
  }

  /** With room for one more character than ASCII needs, as many bytes as characters are written only for ASCII. */
  #long(text: string): boolean {
    const head = headSize(text.length);
    this.ensure(head + text.length + CHARACTER);
    const written = this.bytes.write(text, this.at + head, text.length + CHARACTER);
    if (written === text.length) return this.#stringHead(written);
    if (hasOddCharacters(text)) return false;
    const length = Buffer.byteLength(text);
    this.ensure(HEAD + length);
    this.bytes.write(text, this.at + headSize(length));
    return this.#stringHead(length);
  }

  /** The head of a string that is there already. */
  #stringHead(length: number): true {
    this.length(length, 0xa0, 0x1f, 0xd9, 0xda);
    this.at += length;
    return true;
  }
}

function headSize(length: number): number {
  if (length < 0x20) return 1;
  if (length < 0x100) return 2;
  return length < 0x10000 ? 3 : HEAD;
}

function copyToLarger(bytes: Buffer, used: number, needed: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(needed);
  bytes.copy(larger, 0, 0, used);
  return larger;
}
