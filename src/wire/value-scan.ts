// Looks through a value before it is encoded: what cannot be sent, what needs an escape, and what is too large.

import { UsageError } from "../errors.js";
import { C1, hasOddCharacters, isOddKey } from "./escape.js";
import { COST_CONTAINER, COST_TABLE, MAX_DEPTH, costLimit, dataCloneError } from "./value-limits.js";

type Kind = "map" | "set" | "binary" | "leaf" | "marker";

const TypedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;

// Everything else is an error, a class instance, something of another realm, or cannot be cloned: see escape.ts.
const kinds = new Map<object | null, Kind>([
  [Object.getPrototypeOf(C1) as object, "marker"],
  [Map.prototype, "map"],
  [Set.prototype, "set"],
  [Date.prototype, "leaf"],
  [RegExp.prototype, "leaf"],
  [ArrayBuffer.prototype, "binary"],
  [DataView.prototype, "binary"],
  [Buffer.prototype, "binary"],
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array].map(binary),
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array].map(binary),
]);

function binary(constructor: { readonly prototype: object }): [object, Kind] {
  return Object.getPrototypeOf(constructor.prototype) === TypedArray ? [constructor.prototype, "binary"] : [{}, "leaf"];
}

/** One scan at a time; made once for an encoder, because it runs for each value. */
export class ValueScan {
  readonly #maxPayload: number;
  #escaped = false;
  #bytes = 0;
  #cost = 0;
  #root: object | undefined;
  #seen: Set<object> | undefined;

  constructor(maxPayload: number) {
    this.#maxPayload = maxPayload;
  }

  /**
   * Whether msgpackr encodes `value` faithfully as it is; if not, it needs `escape` first.
   * @throws DOMException DataCloneError for functions and symbols, UsageError MN_ERR_FRAME_TOO_LARGE for values that
   * are certain not to fit.
   * @param escaped whether `value` comes from `escape`: only then are escapes plain
   */
  isPlain(value: unknown, escaped: boolean): boolean {
    this.#escaped = escaped;
    this.#bytes = 0;
    this.#cost = 0;
    const plain = this.#value(value, 0);
    this.#root = undefined;
    this.#seen = undefined;
    return plain;
  }

  #value(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case "string":
        this.#bytes += value.length;
        return !hasOddCharacters(value);
      case "number":
        return value !== 0 || Object.is(value, 0);
      case "object":
        return value === null || this.#firstSeen(value, depth);
      case "function":
      case "symbol":
        throw dataCloneError(`${String(value).slice(0, 80)} could not be cloned: functions and symbols stay at home`);
      default:
        return true;
    }
  }

  // The set is only made for values that nest: most messages do not.
  #firstSeen(value: object, depth: number): boolean {
    if (this.#root === undefined || depth === 0) {
      this.#root = value;
    } else {
      this.#seen ??= new Set<object>().add(this.#root);
      if (this.#seen.has(value)) return true;
      this.#seen.add(value);
    }
    if (depth >= MAX_DEPTH) throw dataCloneError(`the value nests deeper than ${MAX_DEPTH} levels: flatten it`);
    return this.#object(value, depth + 1);
  }

  #object(value: object, depth: number): boolean {
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype || prototype === null) return this.#plainObject(value, depth);
    if (Array.isArray(value)) return this.#array(value, depth);
    switch (kinds.get(prototype)) {
      case "map":
        return this.#map(value as Map<unknown, unknown>, depth);
      case "set":
        return this.#set(value as Set<unknown>, depth);
      case "binary":
        this.#spend((value as ArrayBufferLike).byteLength, COST_TABLE);
        return true;
      case "leaf":
        this.#spend(1, COST_CONTAINER);
        return true;
      case "marker":
        return this.#escaped;
      default:
        return false;
    }
  }

  #plainObject(object: object, depth: number): boolean {
    this.#spend(1, COST_CONTAINER);
    for (const key in object) {
      if (isOddKey(key)) return false;
      if (!this.#value((object as Record<string, unknown>)[key], depth)) return false;
    }
    return true;
  }

  #array(array: readonly unknown[], depth: number): boolean {
    this.#spend(array.length, COST_CONTAINER);
    for (let index = 0; index < array.length; index++) {
      if (!this.#value(array[index], depth)) return false;
    }
    return true;
  }

  #map(map: ReadonlyMap<unknown, unknown>, depth: number): boolean {
    this.#spend(2 * map.size, COST_TABLE);
    for (const [key, value] of map) {
      if (!this.#value(key, depth) || !this.#value(value, depth)) return false;
    }
    return true;
  }

  #set(set: ReadonlySet<unknown>, depth: number): boolean {
    this.#spend(set.size, COST_TABLE);
    for (const value of set) {
      if (!this.#value(value, depth)) return false;
    }
    return true;
  }

  // Bytes are a lower bound (each element takes at least one), so nothing that would fit is refused here.
  #spend(bytes: number, cost: number): void {
    this.#bytes += bytes;
    this.#cost += cost;
    if (this.#bytes > this.#maxPayload) {
      throw new UsageError(
        "MN_ERR_FRAME_TOO_LARGE",
        `the value needs more than ${this.#maxPayload} bytes: raise maxPayload on both sides or send it in parts`,
      );
    }
    if (this.#cost > costLimit(this.#maxPayload)) {
      throw new UsageError(
        "MN_ERR_FRAME_TOO_LARGE",
        "the value consists of too many objects for one message: raise maxPayload on both sides or send it in parts",
      );
    }
  }
}
