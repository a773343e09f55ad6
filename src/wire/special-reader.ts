// Reads what is neither a plain object nor an array, a string, a number, a boolean or null: extensions and escapes.

import { malformed } from "./input.js";
import {
  ESCAPE_BOXED,
  ESCAPE_ERROR,
  ESCAPE_FLOAT16,
  ESCAPE_NAMED_ARRAY,
  ESCAPE_NEGATIVE_ZERO,
  ESCAPE_OBJECT,
  ESCAPE_STRING,
  EXT_BIGINT,
  EXT_DATE,
  EXT_ID,
  EXT_POINTER,
  EXT_REGEXP,
  EXT_SET,
  EXT_TYPED_ARRAY,
  EXT_UNDEFINED,
  isElementKey,
  KIND_ARRAY_BUFFER,
  KIND_DATA_VIEW,
  TYPED_ARRAYS,
  UNDEFINED_HOLE,
} from "./value-format.js";
import { COST_CONTAINER, COST_TABLE } from "./value-limits.js";
import type { WholeReader } from "./value-parts.js";

const makeError: ReadonlyMap<string, () => Error> = new Map([
  ["Error", () => new Error()],
  ["AggregateError", () => new AggregateError([])],
  ["EvalError", () => new EvalError()],
  ["RangeError", () => new RangeError()],
  ["ReferenceError", () => new ReferenceError()],
  ["SyntaxError", () => new SyntaxError()],
  ["TypeError", () => new TypeError()],
  ["URIError", () => new URIError()],
]);
const hiddenFields: ReadonlySet<string> = new Set(["name", "message", "stack", "cause", "errors"]);

/** An extension whose `length` bytes, which are there, and what belongs to it come next. */
export function readExtension(type: number, length: number, depth: number, reader: WholeReader): unknown {
  const { input } = reader;
  if (type === EXT_ID && length === 4) return reader.tagged(depth);
  if (type === EXT_POINTER && length === 4) return reader.pointed();
  if (type === EXT_DATE) return readDate(length, reader);
  if (type === EXT_BIGINT && length > 0 && length % 8 === 0) return readBigInt(input.copy(length));
  if (type === EXT_TYPED_ARRAY && length > 0) return readTyped(length - 1, reader);
  if (length === 1) {
    const kind = input.byte();
    if (type === EXT_UNDEFINED) return kind === UNDEFINED_HOLE ? reader.hole() : undefined;
    if (type === EXT_SET) return readSet(depth, reader);
    if (type === EXT_REGEXP) return readRegExp(depth, reader);
  }
  throw malformed(`an extension of type 0x${type.toString(16)} with ${length} bytes`);
}

/** An escape whose `parts` come next. */
export function readEscape(kind: number, parts: number, depth: number, reader: WholeReader): unknown {
  if (kind === ESCAPE_NEGATIVE_ZERO && parts === 0) return -0;
  if (kind === ESCAPE_STRING && parts === 1) return readBytes(depth, reader).toString("utf16le");
  if (kind === ESCAPE_FLOAT16 && parts === 1) return toFloat16(readBytes(depth, reader));
  if (kind === ESCAPE_OBJECT && parts % 2 === 0) return readFields(reader.made({}), parts, depth, reader);
  if (kind === ESCAPE_BOXED && parts === 1) return readBoxed(depth, reader);
  if (kind === ESCAPE_NAMED_ARRAY && parts % 2 === 1) return readNamedArray(parts, depth, reader);
  if (kind === ESCAPE_ERROR && parts % 2 === 1) return readError(parts, depth, reader);
  throw malformed(`an escape of kind ${kind} with ${parts} parts`);
}

function readDate(length: number, reader: WholeReader): Date {
  const { input } = reader;
  reader.spend(COST_CONTAINER);
  switch (length) {
    case 1:
      input.byte();
      return new Date(Number.NaN);
    case 4:
      return new Date(input.uint(2) * 1000);
    case 8:
      return readDate64(input.uint(2), input.uint(2));
    case 12:
      return new Date(input.uint(2) / 1_000_000 + Number(input.int64()) * 1000);
    default:
      throw malformed(`a date of ${length} bytes`);
  }
}

/** 30 bits of nanoseconds, 34 of seconds. */
function readDate64(high: number, low: number): Date {
  return new Date((high >>> 2) / 1_000_000 + ((high & 3) * 2 ** 32 + low) * 1000);
}

function readBigInt(bytes: Buffer): bigint {
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString("hex")}`));
}

function readTyped(length: number, reader: WholeReader): unknown {
  const kind = reader.input.byte();
  reader.spend(COST_TABLE);
  const { buffer } = reader.input.copy(length);
  if (kind === KIND_ARRAY_BUFFER) return buffer;
  if (kind === KIND_DATA_VIEW) return new DataView(buffer);
  const TypedArray = TYPED_ARRAYS[kind];
  // It throws itself for a length that is no multiple of its elements'.
  if (TypedArray === undefined) throw malformed(`a typed array of the unknown kind ${kind}`);
  return new TypedArray(buffer as ArrayBuffer);
}

function readSet(depth: number, reader: WholeReader): Set<unknown> {
  reader.spend(COST_TABLE);
  const set = reader.made(new Set<unknown>());
  const length = reader.arrayLength();
  reader.input.room(length);
  const within = reader.within(depth);
  const watch = reader.watch(length);
  for (let left = length; left > 0; left--) {
    set.add(reader.value(within));
    watch?.inserted();
  }
  return set;
}

function readRegExp(depth: number, reader: WholeReader): RegExp {
  reader.spend(COST_CONTAINER);
  if (reader.arrayLength() !== 2) throw malformed("a regular expression without its two parts");
  const source = reader.text(depth);
  return new RegExp(source, reader.text(depth));
}

function readBytes(depth: number, reader: WholeReader): Buffer {
  const bytes = reader.value(depth);
  if (!Buffer.isBuffer(bytes)) throw malformed("an escape without its bytes");
  return bytes;
}

function toFloat16(bytes: Buffer): object {
  const Float16 = Reflect.get(globalThis, "Float16Array") as (new (bytes: ArrayBufferLike) => object) | undefined;
  if (Float16 === undefined) throw malformed("this version of Node.js has no Float16Array");
  return new Float16(bytes.buffer);
}

function readBoxed(depth: number, reader: WholeReader): unknown {
  const value = reader.value(depth);
  if (!["string", "number", "boolean", "bigint"].includes(typeof value)) throw malformed("a wrapper of no primitive");
  return Object(value);
}

function readNamedArray(parts: number, depth: number, reader: WholeReader): unknown {
  const array: unknown[] = reader.made([]);
  reader.elements(array, reader.arrayLength(), depth);
  return readFields(array, parts - 1, depth, reader);
}

function readError(parts: number, depth: number, reader: WholeReader): unknown {
  const make = makeError.get(reader.text(depth));
  if (make === undefined) throw malformed("an error of an unknown class");
  return readFields(reader.made(withoutStack(make)), parts - 1, depth, reader);
}

/** To capture a stack costs far more than all the rest, and it would be that of this process. */
function withoutStack(make: () => Error): Error {
  const limit: unknown = Reflect.get(Error, "stackTraceLimit");
  const isChanged = Reflect.set(Error, "stackTraceLimit", undefined);
  const error = make();
  if (isChanged) Reflect.set(Error, "stackTraceLimit", limit);
  else Object.defineProperty(error, "stack", { value: undefined, writable: true, configurable: true });
  return error;
}

function readFields(target: object, parts: number, depth: number, reader: WholeReader): object {
  for (let left = parts; left > 0; left -= 2) {
    const key = reader.text(depth);
    if (Array.isArray(target) && isElementKey(key)) throw malformed("an element that is named");
    const value = reader.value(depth);
    const hidden = target instanceof Error && hiddenFields.has(key);
    // A name or message like the one that is there already stays inherited.
    if (hidden && key !== "cause" && value === Reflect.get(target, key)) continue;
    if (!hidden && key !== "__proto__") (target as Record<string, unknown>)[key] = value;
    else Object.defineProperty(target, key, { value, enumerable: !hidden, writable: true, configurable: true });
  }
  return target;
}
