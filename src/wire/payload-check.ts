// Reads through a value's bytes before msgpackr does, so that hostile or broken ones never reach it.
//
// msgpackr trusts its input in places: an undefined record is read as a number, bytes left over are reported with a
// JSON text of the whole value (exponential for shared references), a record used four times is compiled, and a few
// bytes can ask for kilobytes. What passes here is well formed, ends where the frame ends, and is bounded in cost.

import { ESCAPE_ERROR } from "./escape.js";
import { malformed, PayloadCursor } from "./payload-cursor.js";
import {
  COST_COMPILED_RECORD,
  COST_CONTAINER,
  COST_ERROR,
  COST_RECORD,
  COST_TABLE,
  MAX_DEPTH,
  costLimit,
} from "./value-limits.js";

const RECORD_IDS = 64;
const USES_BEFORE_COMPILING = 3;

// Bytes after the tokens 0xc0 to 0xdf that carry no length; -1 for those that need more than skipping.
const FIXED: Int8Array = Int8Array.from([
  0, -1, 0, 0, -1, -1, -1, -1, -1, -1, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
]);
// By the code of msgpackr's typed arrays; 16 is an ArrayBuffer, 17 a DataView.
const ELEMENT_SIZES: ReadonlyMap<number, number> = new Map([
  ...[1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8].entries(),
  [16, 1],
  [17, 1],
]);

const EXT_UNDEFINED = 0x00;
const EXT_BIGINT = 0x42;
const EXT_ID = 0x69;
const EXT_POINTER = 0x70;
const EXT_RECORD = 0x72;
const EXT_SET = 0x73;
const EXT_TYPED_ARRAY = 0x74;
const EXT_REGEXP = 0x78;
const EXT_DATE = 0xff;

/** Checks the payloads of one direction of a stream, in order: it knows which records were defined. */
export class PayloadCheck {
  readonly #costLimit: number;
  readonly #recordSizes: Int32Array = new Int32Array(RECORD_IDS).fill(-1);
  readonly #recordUses: Int32Array = new Int32Array(RECORD_IDS);
  readonly #keyLists = new Map<number, number>();
  readonly #cursor: PayloadCursor = new PayloadCursor();
  #cost = 0;
  #hasEscapes = false;

  constructor(maxPayload: number) {
    this.#costLimit = costLimit(maxPayload);
  }

  /** Throws unless `bytes[start..end)` is one value. Returns whether it contains escapes. */
  check(bytes: Uint8Array, start: number, end: number): boolean {
    this.#cursor.reset(bytes, start, end);
    this.#cost = 0;
    this.#hasEscapes = false;
    if (this.#keyLists.size > 0) this.#keyLists.clear();
    this.#values(1, 0);
    if (this.#cursor.left > 0) throw malformed(`${this.#cursor.left} bytes follow the value`);
    return this.#hasEscapes;
  }

  #values(count: number, depth: number): void {
    if (depth > MAX_DEPTH) throw malformed(`it nests deeper than ${MAX_DEPTH} levels`);
    for (let left = count; left > 0; left--) {
      const token = this.#cursor.byte();
      if (token < 0x40 || token >= 0xe0) continue;
      if (token < 0x80) this.#record(token & 0x3f, depth);
      else if (token < 0x90) this.#map(token & 0x0f, depth);
      else if (token < 0xa0) this.#array(token & 0x0f, depth);
      else if (token < 0xc0) this.#cursor.skip(token & 0x1f);
      else if ((FIXED[token - 0xc0] as number) >= 0) this.#cursor.skip(FIXED[token - 0xc0] as number);
      else if (token >= 0xd4 && token <= 0xd8) left += this.#extension(1 << (token - 0xd4), depth);
      else if (token >= 0xc7 && token <= 0xc9) left += this.#extension(this.#cursor.length(token - 0xc7), depth);
      else this.#sized(token, depth);
    }
  }

  #sized(token: number, depth: number): void {
    switch (token) {
      case 0xc4:
      case 0xc5:
      case 0xc6:
        this.#spend(COST_TABLE);
        this.#cursor.skip(this.#cursor.length(token - 0xc4));
        break;
      case 0xd9:
      case 0xda:
      case 0xdb:
        this.#cursor.skip(this.#cursor.length(token - 0xd9));
        break;
      case 0xdc:
      case 0xdd:
        this.#array(this.#cursor.length(token - 0xdb), depth);
        break;
      case 0xde:
      case 0xdf:
        this.#map(this.#cursor.length(token - 0xdd), depth);
        break;
      default:
        throw malformed("an escape stands where none may");
    }
  }

  #array(length: number, depth: number): void {
    this.#cursor.room(length);
    let rest = length;
    if (length > 0 && this.#cursor.peek() === 0xc1) {
      this.#hasEscapes = true;
      this.#cursor.skip(1);
      rest--;
      this.#spend(rest > 0 && this.#cursor.peek() === ESCAPE_ERROR ? COST_ERROR : COST_CONTAINER);
    } else {
      this.#spend(COST_CONTAINER);
    }
    this.#values(rest, depth + 1);
  }

  #map(size: number, depth: number): void {
    this.#cursor.room(2 * size);
    this.#spend(COST_TABLE);
    this.#values(2 * size, depth + 1);
  }

  #record(id: number, depth: number): void {
    const size = this.#recordSizes[id] as number;
    if (size < 0) throw malformed(`it uses record ${id}, which was not defined`);
    const uses = (this.#recordUses[id] as number) + 1;
    this.#recordUses[id] = uses;
    this.#spend(uses === USES_BEFORE_COMPILING ? COST_COMPILED_RECORD : COST_CONTAINER);
    this.#values(size, depth + 1);
  }

  #defineRecord(depth: number): void {
    const id = this.#cursor.byte() - 0x40;
    if (id < 0 || id >= RECORD_IDS) throw malformed("a record's id is out of range");
    this.#spend(COST_RECORD);
    const size = this.#keyList();
    this.#recordSizes[id] = size;
    this.#recordUses[id] = 0;
    this.#values(size, depth + 1);
  }

  // msgpackr remembers key lists like any array: within one value, the same list comes a second time as a pointer.
  #keyList(): number {
    const token = this.#cursor.byte();
    if (token !== 0xd6) return this.#keys(token);
    const type = this.#cursor.byte();
    const reference = this.#cursor.uint(4);
    if (type === EXT_ID) {
      const size = this.#keys(this.#cursor.byte());
      this.#keyLists.set(reference, size);
      return size;
    }
    const size = type === EXT_POINTER ? this.#keyLists.get(reference) : undefined;
    if (size === undefined) throw malformed("a record without keys");
    return size;
  }

  #keys(token: number): number {
    const size = this.#arrayLength(token);
    for (let left = size; left > 0; left--) this.#string();
    return size;
  }

  #arrayLength(token: number): number {
    const length = (token & 0xf0) === 0x90 ? token & 0x0f : -1;
    if (length >= 0) return length;
    if (token !== 0xdc && token !== 0xdd) throw malformed("something else stands where an array must");
    const long = this.#cursor.length(token - 0xdb);
    this.#cursor.room(long);
    return long;
  }

  #string(): void {
    const token = this.#cursor.byte();
    if ((token & 0xe0) === 0xa0) this.#cursor.skip(token & 0x1f);
    else if (token >= 0xd9 && token <= 0xdb) this.#cursor.skip(this.#cursor.length(token - 0xd9));
    else throw malformed("something else stands where a string must");
  }

  // Returns how many values belong to the extension and follow it.
  #extension(length: number, depth: number): number {
    const type = this.#cursor.byte();
    if (type === EXT_RECORD && length === 1) {
      this.#defineRecord(depth);
      return 0;
    }
    const code = this.#cursor.peek();
    this.#cursor.skip(length);
    switch (type) {
      case EXT_UNDEFINED:
      case EXT_SET:
      case EXT_REGEXP:
        if (length !== 1) break;
        return this.#tagged(type, depth);
      case EXT_ID:
        if (length !== 4 || this.#isReference()) break;
        return 1;
      case EXT_POINTER:
        if (length !== 4) break;
        return 0;
      case EXT_DATE:
        if (length !== 1 && length !== 4 && length !== 8 && length !== 12) break;
        this.#spend(COST_CONTAINER);
        return 0;
      case EXT_BIGINT:
        if (length < 1) break;
        return 0;
      case EXT_TYPED_ARRAY:
        if ((length - 1) % (ELEMENT_SIZES.get(code) ?? Number.NaN) !== 0) break;
        this.#spend(COST_TABLE);
        return 0;
    }
    throw malformed(`an extension of type 0x${type.toString(16)} with ${length} bytes`);
  }

  #tagged(type: number, depth: number): number {
    if (type === EXT_SET) {
      this.#spend(COST_TABLE);
      const size = this.#arrayLength(this.#cursor.byte());
      this.#values(size, depth + 1);
    } else if (type === EXT_REGEXP) {
      this.#spend(COST_CONTAINER);
      if (this.#cursor.byte() !== 0x92) throw malformed("a regular expression without its two parts");
      this.#string();
      this.#string();
    }
    return 0;
  }

  // An id names the thing that follows it; an id of an id would nest without being counted.
  #isReference(): boolean {
    const next = this.#cursor.peek(1);
    return this.#cursor.peek() === 0xd6 && (next === EXT_ID || next === EXT_POINTER);
  }

  #spend(cost: number): void {
    this.#cost += cost;
    if (this.#cost > this.#costLimit) throw malformed("it asks for too many objects");
  }
}
