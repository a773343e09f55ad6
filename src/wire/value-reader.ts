// Reads values, and trusts nothing: what it returns was well formed, and did not cost more than its limits allow.

import { Input, malformed } from "./input.js";
import { type Clock, type InsertionWatch, watchInsertions } from "./insertion-watch.js";
import { RecordReader } from "./record-reader.js";
import { readEscape, readExtension } from "./special-reader.js";
import { ESCAPE, ESCAPE_ERROR, EXT_RECORD, ID_SIZE, RECORD } from "./value-format.js";
import { COST_CONTAINER, COST_ERROR, COST_TABLE, costLimit, MAX_DEPTH } from "./value-limits.js";
import type { WholeReader } from "./value-parts.js";

const NO_BYTES: Buffer = Buffer.alloc(0);

export class ValueReader implements WholeReader {
  readonly input: Input = new Input();
  readonly #costLimit: number;
  readonly #clock: Clock | undefined;
  readonly #records: RecordReader = new RecordReader();
  readonly #references = new Map<number, unknown>();
  /** The id that the next thing has; -1: none. */
  #id = -1;
  #cost = 0;
  /** Where the hole that was read last ends; -1: there was none. */
  #holeEnd = -1;
  /** Ids count up, so none is higher than the number of those that fit into the payload. */
  #mostIds = 0;

  constructor(maxPayload: number, clock: Clock | undefined) {
    this.#costLimit = costLimit(maxPayload);
    this.#clock = clock;
  }

  /** The one value in `bytes[start..end)`. After an error nothing more can be read. */
  read(bytes: Buffer, start: number, end: number): unknown {
    this.input.reset(bytes, start, end);
    this.#cost = 0;
    this.#holeEnd = -1;
    this.#mostIds = (end - start) / ID_SIZE;
    const value = this.value(0);
    if (this.#references.size > 0) this.#references.clear();
    const left = end - this.input.at;
    if (left > 0) throw malformed(`${left} bytes follow the value`);
    this.input.reset(NO_BYTES, 0, 0);
    return value;
  }

  /** One value, `depth` levels within the whole. */
  value(depth: number): unknown {
    const { input } = this;
    const token = input.byte();
    if (token < RECORD) return token;
    if (token >= 0xe0) return token - 0x100;
    if (token < 0x80) return this.#records.read(token, depth, this);
    if (token < 0x90) return this.#map(token & 0x0f, depth);
    if (token < 0xa0) return this.#array(token & 0x0f, depth);
    if (token < 0xc0) return input.string(token & 0x1f);
    return this.#sized(token, depth);
  }

  /** To be called before something is made that takes memory besides its contents. */
  spend(cost: number): void {
    this.#cost += cost;
    if (this.#cost > this.#costLimit) throw malformed("it asks for too many objects");
  }

  /** What is to be told of each entry of a Map or Set that has so many. */
  watch(entries: number): InsertionWatch | undefined {
    return watchInsertions(entries, this.input, this.#clock);
  }

  /** The level of what lies within something. */
  within(depth: number): number {
    if (depth >= MAX_DEPTH) throw malformed(`it nests deeper than ${MAX_DEPTH} levels`);
    return depth + 1;
  }

  /** To be called with a new object before it has its contents, as they may refer to it. */
  made<Thing extends object>(thing: Thing): Thing {
    if (this.#id >= 0) {
      this.#references.set(this.#id, thing);
      this.#id = -1;
    }
    return thing;
  }

  /** Whether something refers to what is made next. */
  get isReferred(): boolean {
    return this.#id >= 0;
  }

  /** A value under an id. */
  tagged(depth: number): unknown {
    if (this.#id >= 0) throw malformed("an id of an id");
    const id = this.input.uint(2);
    if (id > this.#mostIds) throw malformed(`the id ${id} is higher than there can be ids`);
    this.#id = id;
    const value = this.value(depth);
    this.#id = -1;
    this.#references.set(id, value);
    return value;
  }

  /** What has an id. */
  pointed(): unknown {
    const id = this.input.uint(2);
    if (this.#id >= 0 || !this.#references.has(id)) throw malformed("a reference to nothing");
    return this.#references.get(id);
  }

  /** A string, escaped or not. */
  text(depth: number): string {
    const text = this.value(depth);
    if (typeof text !== "string") throw malformed("something else stands where a string must");
    return text;
  }

  /** The length of the array that comes. */
  arrayLength(): number {
    const token = this.input.byte();
    if ((token & 0xf0) === 0x90) return token & 0x0f;
    if (token !== 0xdc && token !== 0xdd) throw malformed("something else stands where an array must");
    return this.input.uint(token - 0xdb);
  }

  /** Adds so many elements to an array. */
  elements(array: unknown[], length: number, within: number): unknown[] {
    this.input.room(length);
    for (let left = length; left > 0; left--) {
      const element = this.value(within);
      if (element === undefined && this.#holeEnd === this.input.at) array.length++;
      else array.push(element);
    }
    return array;
  }

  /** To be called when a hole has been read, which is undefined for all but arrays. */
  hole(): undefined {
    this.#holeEnd = this.input.at;
  }

  #array(length: number, depth: number): unknown {
    if (length > 0 && this.input.peek() === ESCAPE) return this.#escape(length, depth);
    this.spend(COST_CONTAINER);
    return this.elements(this.made([]), length, this.within(depth));
  }

  #escape(length: number, depth: number): unknown {
    if (length < 2) throw malformed("an escape without a kind");
    this.input.byte();
    const kind = this.input.byte();
    this.spend(kind === ESCAPE_ERROR ? COST_ERROR : COST_CONTAINER);
    return readEscape(kind, length - 2, this.within(depth), this);
  }

  #map(size: number, depth: number): unknown {
    this.input.room(2 * size);
    this.spend(COST_TABLE);
    const map = this.made(new Map<unknown, unknown>());
    const within = this.within(depth);
    const watch = this.watch(size);
    for (let left = size; left > 0; left--) {
      const key = this.value(within);
      map.set(key, this.value(within));
      watch?.inserted();
    }
    return map;
  }

  #sized(token: number, depth: number): unknown {
    const { input } = this;
    switch (token) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        this.spend(COST_TABLE);
        return input.copy(input.uint(token - 0xc4));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(input.uint(token - 0xc7), depth);
      case 0xca:
        return input.float32();
      case 0xcb:
        return input.float64();
      case 0xcc:
      case 0xcd:
      case 0xce:
        return input.uint(token - 0xcc);
      case 0xcf:
        return input.uint64();
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return input.int(token - 0xd0);
      case 0xd3:
        return input.int64();
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (token - 0xd4), depth);
      case 0xd9:
      case 0xda:
      case 0xdb:
        return input.string(input.uint(token - 0xd9));
      case 0xdc:
      case 0xdd:
        return this.#array(input.uint(token - 0xdb), depth);
      case 0xde:
      case 0xdf:
        return this.#map(input.uint(token - 0xdd), depth);
      default:
        throw malformed("an escape stands where none may");
    }
  }

  #extension(length: number, depth: number): unknown {
    const type = this.input.byte();
    this.input.room(length);
    if (type === EXT_RECORD && length === 1) return this.#records.define(depth, this);
    return readExtension(type, length, depth, this);
  }
}
