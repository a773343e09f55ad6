// Sender's side of what msgpackr would lose or break: rewrites a value so that each such thing becomes an escape.
//
// An escape is an array that starts with msgpackr's C1 (byte 0xc1, which no value of a user can produce), then a kind.

import { types } from "node:util";
import { unpack } from "msgpackr/unpack";
import { MAX_DEPTH, dataCloneError } from "./value-limits.js";

/** What follows 0xc1 in an escape. */
export const ESCAPE_NEGATIVE_ZERO = 0;
export const ESCAPE_OBJECT = 1;
export const ESCAPE_ERROR = 2;
export const ESCAPE_STRING = 3;
export const ESCAPE_FLOAT16 = 4;

// msgpackr keeps its own notes under "__keys__" among an object's keys, and renames "__proto__" when it decodes.
const oddKeys: ReadonlySet<string> = new Set(["__proto__", "__keys__"]);
const baseErrors: ReadonlySet<string> = new Set([
  "AggregateError",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
]);
const errorKeys = ["message", "stack", "cause", "errors"];
// Node 20 has it; the types of ES2023 do not.
type ModernString = string & { isWellFormed(): boolean };
const BYTE_ORDER_MARK = 0xfeff;
/** What msgpackr makes of the byte 0xc1: one object that no value of a user can contain. */
export const C1: object = unpack(Buffer.of(0xc1)) as object;
// A new one for each escape: msgpackr would send the second use of the same object as a reference.
const Marker = C1.constructor as new () => object;
const nameOfView = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag);

/** Whether UTF-8 loses something: lone surrogates, or a byte order mark, which decoders remove. */
export function hasOddCharacters(text: string): boolean {
  return !(text as ModernString).isWellFormed() || text.charCodeAt(0) === BYTE_ORDER_MARK;
}

/** Whether an object with this key needs an escape. */
export function isOddKey(key: string): boolean {
  return oddKeys.has(key) || hasOddCharacters(key);
}

/**
 * A copy of `value` in which everything that msgpackr cannot carry is an escape. Cycles and shared references are kept.
 * @throws DOMException DataCloneError for what structuredClone refuses, too.
 */
export function escape(value: unknown): unknown {
  return new Escaper().value(value, 0);
}

class Escaper {
  readonly #copies = new Map<object, object>();

  value(value: unknown, depth: number): unknown {
    if (typeof value === "string") return hasOddCharacters(value) ? escapeString(value) : value;
    if (Object.is(value, -0)) return [new Marker(), ESCAPE_NEGATIVE_ZERO];
    if (typeof value !== "object" || value === null) return value;
    if (depth > MAX_DEPTH) throw dataCloneError(`the value nests deeper than ${MAX_DEPTH} levels: flatten it`);
    return this.#copies.get(value) ?? this.#object(value, depth + 1);
  }

  #object(value: object, depth: number): object {
    if (Array.isArray(value)) return this.#array(value, depth);
    if (types.isMap(value)) return this.#map(value, depth);
    if (types.isSet(value)) return this.#set(value, depth);
    if (types.isDate(value)) return this.#keep(value, new Date(Date.prototype.getTime.call(value)));
    if (types.isRegExp(value)) return this.#keep(value, new RegExp(value.source, value.flags));
    if (ArrayBuffer.isView(value)) return this.#keep(value, copyView(value));
    if (types.isArrayBuffer(value)) return this.#keep(value, new Uint8Array(value).slice().buffer);
    if (types.isNativeError(value) || value instanceof Error) return this.#error(value, depth);
    refuseUncloneable(value);
    return this.#plainObject(value as Record<string, unknown>, depth);
  }

  #keep<Copy extends object>(original: object, copy: Copy): Copy {
    this.#copies.set(original, copy);
    return copy;
  }

  #array(array: readonly unknown[], depth: number): object {
    const copy: unknown[] = this.#keep(array, []);
    for (let index = 0; index < array.length; index++) copy.push(this.value(array[index], depth));
    return copy;
  }

  #map(map: ReadonlyMap<unknown, unknown>, depth: number): object {
    const copy = this.#keep(map, new Map<unknown, unknown>());
    for (const [key, value] of map) copy.set(this.value(key, depth), this.value(value, depth));
    return copy;
  }

  #set(set: ReadonlySet<unknown>, depth: number): object {
    const copy = this.#keep(set, new Set<unknown>());
    for (const value of set) copy.add(this.value(value, depth));
    return copy;
  }

  #plainObject(object: Record<string, unknown>, depth: number): object {
    const keys = Object.keys(object);
    if (keys.some(isOddKey)) {
      const pairs: unknown[] = this.#keep(object, [new Marker(), ESCAPE_OBJECT]);
      for (const key of keys) pairs.push(this.value(key, depth), this.value(object[key], depth));
      return pairs;
    }
    const copy: Record<string, unknown> = this.#keep(object, {});
    for (const key of keys) copy[key] = this.value(object[key], depth);
    return copy;
  }

  #error(error: Error, depth: number): object {
    const pairs: unknown[] = this.#keep(error, [new Marker(), ESCAPE_ERROR, baseOf(error)]);
    const fields: Map<string, unknown> = fieldsOf(error);
    for (const [key, value] of fields) pairs.push(this.value(key, depth), this.value(value, depth));
    return pairs;
  }
}

function escapeString(text: string): unknown[] {
  return [new Marker(), ESCAPE_STRING, Buffer.from(text, "utf16le")];
}

function copyView(view: ArrayBufferView): object {
  const bytes = Buffer.from(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength);
  if (Buffer.isBuffer(view)) return bytes;
  if (types.isDataView(view)) return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = nameOfView?.get?.call(view) as string;
  if (name === "Float16Array") return [new Marker(), ESCAPE_FLOAT16, bytes];
  const TypedArray = Reflect.get(globalThis, name) as Uint8ArrayConstructor;
  return new TypedArray(view.buffer, view.byteOffset, (view as Uint8Array).length);
}

/** The name of the nearest built-in class of an error. */
function baseOf(error: Error): string {
  for (let proto: unknown = Object.getPrototypeOf(error); proto != null; proto = Object.getPrototypeOf(proto)) {
    const name = (proto as { constructor?: { name?: unknown } }).constructor?.name;
    if (typeof name === "string" && baseErrors.has(name)) return name;
  }
  return "Error";
}

// Own properties of an error often hold sockets and the like, so only what is simple goes along: `code`, `errno`, ….
function fieldsOf(error: Error): Map<string, unknown> {
  const name: unknown = error.name;
  const fields = new Map<string, unknown>([["name", isSimple(name) ? name : "Error"]]);
  for (const key of errorKeys) {
    const value: unknown = Reflect.get(error, key);
    if (value !== undefined || Object.hasOwn(error, key)) fields.set(key, value);
  }
  for (const key of ["code", ...Object.keys(error)]) {
    const value: unknown = Reflect.get(error, key);
    if (isSimple(value) && !fields.has(key)) fields.set(key, value);
  }
  return fields;
}

function isSimple(value: unknown): boolean {
  return value === null || ["string", "number", "boolean", "bigint"].includes(typeof value);
}

function refuseUncloneable(value: object): void {
  const refused =
    types.isPromise(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isSharedArrayBuffer(value) ||
    types.isProxy(value) ||
    types.isBoxedPrimitive(value) ||
    types.isGeneratorObject(value) ||
    types.isExternal(value);
  if (refused) throw dataCloneError(`${Object.prototype.toString.call(value)} could not be cloned: it stays at home`);
}
