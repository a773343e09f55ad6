// The sender's record definitions: which lists of keys the receiver knows, and by which id.

import { isOddKey, RECORD, RECORD_IDS } from "./value-format.js";
import { MOST_RECORD_KEYS, MOST_RECORD_TEXT } from "./value-limits.js";

/** Beyond so many lists and beginnings of lists, all are forgotten: keys may be data. */
const MOST_SHAPES = 8192;

/** A list of keys. */
export class Shape {
  /** By which the receiver knows it; 0: not at all. */
  id = 0;
  keys: readonly string[] = [];
  /** Whether an object of these keys is no record: one cannot be that of a record, or there are too many. */
  readonly isOdd: boolean;
  readonly #count: number;
  readonly #characters: number;
  // Most lists go on as they did before.
  lastKey: string | undefined;
  lastNext: Shape | undefined;
  #nexts: Map<string, Shape> | undefined;

  constructor(isOdd = false, count = 0, characters = 0) {
    this.isOdd = isOdd || count > MOST_RECORD_KEYS || characters > MOST_RECORD_TEXT;
    this.#count = count;
    this.#characters = characters;
  }

  next(key: string): Shape | undefined {
    const next = this.#nexts?.get(key);
    if (next !== undefined) this.#remember(key, next);
    return next;
  }

  add(key: string): Shape {
    const next = new Shape(isOddKey(key), this.#count + 1, this.#characters + key.length);
    this.#nexts ??= new Map();
    this.#nexts.set(key, next);
    this.#remember(key, next);
    return next;
  }

  #remember(key: string, next: Shape): void {
    this.lastKey = key;
    this.lastNext = next;
  }
}

/** Ids are given in turn: there are few, and each definition takes the place of the one before it. */
export class Records {
  #none: Shape = new Shape();
  readonly #known: (Shape | undefined)[] = [];
  #count = 0;
  #lastIndex = -1;

  /** The list of `object`'s keys, inherited ones included. */
  shapeOf(object: object): Shape {
    let shape = this.#none;
    for (const key in object) {
      shape = key === shape.lastKey ? (shape.lastNext as Shape) : (shape.next(key) ?? this.#add(shape, key));
    }
    return shape;
  }

  /** Gives `shape` an id. */
  define(shape: Shape, keys: readonly string[]): void {
    this.#lastIndex = (this.#lastIndex + 1) % RECORD_IDS;
    const before = this.#known[this.#lastIndex];
    if (before !== undefined) before.id = 0;
    this.#known[this.#lastIndex] = shape;
    shape.id = RECORD + this.#lastIndex;
    shape.keys = keys;
  }

  /** What follows an odd key makes no difference. */
  #add(shape: Shape, key: string): Shape {
    if (shape.isOdd) return shape;
    if (this.#count >= MOST_SHAPES) this.#forget();
    this.#count += 1;
    return shape.add(key);
  }

  /** Those in use at the moment are still good, but not found again. */
  #forget(): void {
    this.#none = new Shape();
    this.#count = 0;
  }
}
