// Writes values: what they are made of, and the limits of it. docs/wire.md, section 2, is what it follows.

import { UsageError } from "../errors.js";
import type { Output } from "./output.js";
import { Records, type Shape } from "./records.js";
import { References } from "./references.js";
import { writeBigInt, writeBytes, writeSpecialObject } from "./special-writer.js";
import {
  ESCAPE,
  ESCAPE_NAMED_ARRAY,
  ESCAPE_NEGATIVE_ZERO,
  ESCAPE_OBJECT,
  ESCAPE_STRING,
  EXT_RECORD,
  EXT_UNDEFINED,
  isElementKey,
  UNDEFINED_HOLE,
} from "./value-format.js";
import { COST_CONTAINER, costLimit, dataCloneError, MAX_DEPTH } from "./value-limits.js";
import type { WholeWriter } from "./value-parts.js";

/** Strings of more characters are held against the limit before they are written. */
const LONG_STRING = 4096;

export class ValueWriter implements WholeWriter {
  output!: Output;
  readonly #maxPayload: number;
  readonly #costLimit: number;
  readonly #references: References = new References();
  #records: Records = new Records();
  #start = 0;
  #cost = 0;
  /** Whether something was added to the prototype of all objects that a loop over their keys would find. */
  #hasInherited = false;

  constructor(maxPayload: number) {
    this.#maxPayload = maxPayload;
    this.#costLimit = costLimit(maxPayload);
  }

  /**
   * Writes `value` behind what `output` has already. After an error, forget() is needed.
   * @throws DOMException DataCloneError, UsageError MN_ERR_FRAME_TOO_LARGE, and what getters throw
   */
  write(value: unknown, output: Output): void {
    this.output = output;
    this.#start = output.at;
    this.#cost = 0;
    this.#hasInherited = false;
    for (const _ in Object.prototype) this.#hasInherited = true;
    this.value(value, 0);
    this.#references.finish(output);
  }

  /** What is written next depends on nothing before it. */
  forget(): void {
    this.#records = new Records();
    this.#references.clear();
  }

  /** One value, `depth` levels within the whole. */
  value(value: unknown, depth: number): void {
    switch (typeof value) {
      case "string":
        return this.#string(value, depth);
      case "number":
        if (value === 0 && Object.is(value, -0)) return this.escape(ESCAPE_NEGATIVE_ZERO, 0, depth);
        return this.output.number(value);
      case "boolean":
        return this.output.byte(value ? 0xc3 : 0xc2);
      case "undefined":
        return this.#undefined(0);
      case "bigint":
        return writeBigInt(value, this.output);
      case "object":
        return value === null ? this.output.byte(0xc0) : this.#object(value, depth);
      default:
        throw dataCloneError(`${String(value).slice(0, 80)} could not be cloned: functions and symbols stay at home`);
    }
  }

  /**
   * What has parts takes so much of what a value may have.
   * @param bytes that follow at least, so that nothing which would fit is refused
   */
  spend(bytes: number, cost: number): void {
    this.#cost += cost;
    if (this.output.at - this.#start + bytes > this.#maxPayload) throw tooManyBytes(this.#maxPayload);
    if (this.#cost > this.#costLimit) throw tooManyObjects();
  }

  /** The beginning of an escape in so many parts, which follow. */
  escape(kind: number, parts: number, depth: number): void {
    checkDepth(depth);
    this.spend(2 + parts, COST_CONTAINER);
    this.output.length(2 + parts, 0x90, 0x0f, 0, 0xdc);
    this.output.byte(ESCAPE);
    this.output.byte(kind);
  }

  #undefined(kind: number): void {
    this.output.extension(EXT_UNDEFINED, 1);
    this.output.byte(kind);
  }

  #string(text: string, depth: number): void {
    if (text.length > LONG_STRING) this.spend(text.length, 0);
    if (this.output.string(text)) return;
    this.escape(ESCAPE_STRING, 1, depth);
    writeBytes(Buffer.from(text, "utf16le"), this);
  }

  #object(object: object, depth: number): void {
    if (this.#references.point(object, this.output)) return;
    checkDepth(depth);
    const prototype: unknown = Object.getPrototypeOf(object);
    if (prototype === Object.prototype || prototype === null) {
      this.#plainObject(this.#hasInherited ? ownProperties(object) : object, depth);
    } else if (Array.isArray(object)) {
      if (mayHaveNames(object, prototype)) this.#namedArray(object, depth);
      else this.#array(object, depth);
    } else if (!writeSpecialObject(object, depth, this)) this.#plainObject(ownProperties(object), depth);
  }

  #array(array: readonly unknown[], depth: number): void {
    this.spend(array.length, COST_CONTAINER);
    this.#elements(array, depth);
  }

  #elements(array: readonly unknown[], depth: number): void {
    const { length } = array;
    this.output.length(length, 0x90, 0x0f, 0, 0xdc);
    for (let index = 0; index < length; index++) {
      const element = array[index];
      if (element === undefined) this.#undefined(index in array ? 0 : UNDEFINED_HOLE);
      else this.value(element, depth + 1);
    }
  }

  #namedArray(array: readonly unknown[], depth: number): void {
    const names = Object.keys(array).filter((key) => !isElementKey(key));
    if (names.length === 0) return this.#array(array, depth);
    this.escape(ESCAPE_NAMED_ARRAY, 1 + 2 * names.length, depth);
    this.spend(array.length, 0);
    this.#elements(array, depth);
    this.#fields(array, names, depth);
  }

  /** The loops go over the keys of the object itself: no list of them is made, and reading its properties is cheap. */
  #plainObject(object: object, depth: number): void {
    const shape = this.#records.shapeOf(object);
    if (shape.isOdd) return this.#oddObject(object, depth);
    this.spend(1, COST_CONTAINER);
    if (shape.id === 0) this.#define(shape, object);
    else this.output.byte(shape.id);
    const { keys } = shape;
    let index = 0;
    for (const key in object) {
      if (key !== keys[index++]) throw changedMeanwhile();
      this.value((object as Record<string, unknown>)[key], depth + 1);
    }
    if (index !== keys.length) throw changedMeanwhile();
  }

  #define(shape: Shape, object: object): void {
    const keys = Object.keys(object);
    this.#records.define(shape, keys);
    this.output.extension(EXT_RECORD, 1);
    this.output.byte(shape.id);
    this.output.length(keys.length, 0x90, 0x0f, 0, 0xdc);
    for (const key of keys) this.#string(key, 0);
  }

  #oddObject(object: object, depth: number): void {
    const keys = Object.keys(object);
    this.escape(ESCAPE_OBJECT, 2 * keys.length, depth);
    this.#fields(object, keys, depth);
  }

  #fields(object: object, keys: readonly string[], depth: number): void {
    for (const key of keys) {
      this.#string(key, depth + 1);
      this.value((object as Record<string, unknown>)[key], depth + 1);
    }
  }
}

/** The error for a getter or a proxy that gives something else each time. */
function changedMeanwhile(): DOMException {
  return dataCloneError("the value changed while it was read: send one whose getters change nothing");
}

/**
 * Whether it is worth looking for properties besides the elements. To list an array's keys costs up to as much as to
 * write its elements, so a plain array is only looked at if it is empty or has the `groups` of a regular expression's result.
 */
function mayHaveNames(array: readonly unknown[], prototype: unknown): boolean {
  if (prototype !== Array.prototype || "groups" in array) return true;
  // oxlint-disable-next-line typescript/no-for-in-array -- there are no elements, and to list the keys costs far more
  if (array.length === 0) for (const _ in array) return true;
  return false;
}

/** Alone, so that a loop over the keys sees nothing inherited. */
function ownProperties(object: object): object {
  return Object.assign(Object.create(null) as object, object);
}

function checkDepth(depth: number): void {
  if (depth >= MAX_DEPTH) throw dataCloneError(`the value nests deeper than ${MAX_DEPTH} levels: flatten it`);
}

function tooManyBytes(most: number): UsageError {
  return new UsageError(
    "MN_ERR_FRAME_TOO_LARGE",
    `the value needs more than ${most} bytes: raise maxPayload on both sides or send it in parts`,
  );
}

function tooManyObjects(): UsageError {
  return new UsageError(
    "MN_ERR_FRAME_TOO_LARGE",
    "the value consists of too many objects for one message: raise maxPayload on both sides or send it in parts",
  );
}
