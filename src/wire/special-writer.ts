// Writes what is neither a plain object nor an array, a string, a number, a boolean or null.

import { types } from "node:util";
import { baseOf, fieldsOf, refuseSharedMemory, refuseUncloneable } from "./cloneable.js";
import type { Output } from "./output.js";
import {
  ESCAPE_BOXED,
  ESCAPE_ERROR,
  ESCAPE_FLOAT16,
  EXT_BIGINT,
  EXT_DATE,
  EXT_REGEXP,
  EXT_SET,
  EXT_TYPED_ARRAY,
  KIND_ARRAY_BUFFER,
  KIND_DATA_VIEW,
  TYPED_ARRAYS,
} from "./value-format.js";
import { COST_CONTAINER, COST_TABLE } from "./value-limits.js";
import type { WholeWriter } from "./value-parts.js";

const nameOfView = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag);
const kindOfName: ReadonlyMap<string, number> = new Map(TYPED_ARRAYS.map(({ name }, kind) => [name, kind]));

/**
 * Returns false, and has written nothing, for what is an object like others.
 * @throws DOMException DataCloneError for what structuredClone refuses, too
 */
export function writeSpecialObject(object: object, depth: number, writer: WholeWriter): boolean {
  if (types.isMap(object)) writeMap(object, depth, writer);
  else if (types.isSet(object)) writeSet(object, depth, writer);
  else if (ArrayBuffer.isView(object)) writeView(object, depth, writer);
  else if (types.isArrayBuffer(object)) writeTyped(KIND_ARRAY_BUFFER, new Uint8Array(object), writer);
  else if (types.isDate(object)) writeDate(object, writer);
  else if (types.isRegExp(object)) writeRegExp(object, depth, writer);
  else if (types.isNativeError(object) || object instanceof Error) writeError(object, depth, writer);
  else if (types.isBoxedPrimitive(object) && !types.isSymbolObject(object)) writeBoxed(object, depth, writer);
  else {
    refuseUncloneable(object);
    return false;
  }
  return true;
}

/** In 64 bits, signed if it fits, or in two's complement of as many times 64 bits as it needs. */
export function writeBigInt(value: bigint, output: Output): void {
  if (BigInt.asIntN(64, value) === value) return writeInt64(0xd3, value, output);
  if (BigInt.asUintN(64, value) === value) return writeInt64(0xcf, value, output);
  const digits = (value < 0n ? ~value : value).toString(16).length;
  // One digit more than it has, as the highest bit is the sign.
  const length = 8 * Math.ceil((digits + 1) / 16);
  const complement = BigInt.asUintN(8 * length, value).toString(16);
  output.extension(EXT_BIGINT, length);
  output.raw(Buffer.from(complement.padStart(2 * length, "0"), "hex"));
}

/** As a Buffer. */
export function writeBytes(bytes: Uint8Array, { output }: WholeWriter): void {
  output.length(bytes.length, 0, -1, 0xc4, 0xc5);
  output.raw(bytes);
}

function writeInt64(token: number, value: bigint, output: Output): void {
  output.byte(token);
  output.ensure(8);
  output.at = output.bytes.writeBigUInt64BE(BigInt.asUintN(64, value), output.at);
}

function writeMap(map: ReadonlyMap<unknown, unknown>, depth: number, writer: WholeWriter): void {
  writer.spend(2 * map.size, COST_TABLE);
  const entries = [...map];
  writer.output.length(entries.length, 0x80, 0x0f, 0, 0xde);
  for (const [key, value] of entries) {
    writer.value(key, depth + 1);
    writer.value(value, depth + 1);
  }
}

function writeSet(set: ReadonlySet<unknown>, depth: number, writer: WholeWriter): void {
  writer.spend(set.size, COST_TABLE);
  const values = [...set];
  writer.output.extension(EXT_SET, 1);
  writer.output.byte(0);
  writer.output.length(values.length, 0x90, 0x0f, 0, 0xdc);
  for (const value of values) writer.value(value, depth + 1);
}

function writeView(view: ArrayBufferView, depth: number, writer: WholeWriter): void {
  refuseSharedMemory(view.buffer);
  // Throws for memory that is detached.
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  if (types.isDataView(view)) return writeTyped(KIND_DATA_VIEW, bytes, writer);
  const name = nameOfView?.get?.call(view) as string;
  const kind = kindOfName.get(name);
  if (kind === undefined) writer.escape(ESCAPE_FLOAT16, 1, depth);
  else if (!Buffer.isBuffer(view)) return writeTyped(kind, bytes, writer);
  writer.spend(bytes.length, COST_TABLE);
  writeBytes(bytes, writer);
}

function writeTyped(kind: number, bytes: Uint8Array, writer: WholeWriter): void {
  writer.spend(bytes.length, COST_TABLE);
  writer.output.extension(EXT_TYPED_ARRAY, 1 + bytes.length);
  writer.output.byte(kind);
  writer.output.raw(bytes);
}

/** MessagePack's timestamp of 32 bits for whole seconds, or that of 96 bits. */
function writeDate(date: Date, writer: WholeWriter): void {
  writer.spend(1, COST_CONTAINER);
  const { output } = writer;
  const time = Date.prototype.getTime.call(date);
  const seconds = Math.floor(time / 1000);
  if (Number.isNaN(time)) {
    output.extension(EXT_DATE, 1);
    output.byte(0xff);
  } else if (seconds * 1000 === time && seconds >= 0 && seconds < 2 ** 32) {
    output.extension(EXT_DATE, 4);
    output.uint32(seconds);
  } else {
    output.extension(EXT_DATE, 12);
    output.uint32((time - seconds * 1000) * 1_000_000);
    output.ensure(8);
    output.at = output.bytes.writeBigInt64BE(BigInt(seconds), output.at);
  }
}

function writeRegExp({ source, flags }: RegExp, depth: number, writer: WholeWriter): void {
  writer.spend(2, COST_CONTAINER);
  writer.output.extension(EXT_REGEXP, 1);
  writer.output.byte(0);
  writer.output.byte(0x92);
  writer.value(source, depth + 1);
  writer.value(flags, depth + 1);
}

function writeBoxed(object: object, depth: number, writer: WholeWriter): void {
  writer.escape(ESCAPE_BOXED, 1, depth);
  writer.value(primitiveOf(object), depth + 1);
}

/** Without what a program may have put over valueOf(). */
function primitiveOf(object: object): unknown {
  if (types.isNumberObject(object)) return Number.prototype.valueOf.call(object);
  if (types.isStringObject(object)) return String.prototype.valueOf.call(object);
  if (types.isBooleanObject(object)) return Boolean.prototype.valueOf.call(object);
  return BigInt.prototype.valueOf.call(object);
}

function writeError(error: Error, depth: number, writer: WholeWriter): void {
  const fields = [...fieldsOf(error)];
  writer.escape(ESCAPE_ERROR, 1 + 2 * fields.length, depth);
  writer.value(baseOf(error), depth + 1);
  for (const [key, value] of fields) {
    writer.value(key, depth + 1);
    writer.value(value, depth + 1);
  }
}
