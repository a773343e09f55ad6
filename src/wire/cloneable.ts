// What of errors goes along, and which objects stay at home.

import { types } from "node:util";
import { dataCloneError } from "./value-limits.js";

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

/** The name of the nearest built-in class of an error. */
export function baseOf(error: Error): string {
  for (let proto: unknown = Object.getPrototypeOf(error); proto != null; proto = Object.getPrototypeOf(proto)) {
    const name = (proto as { constructor?: { name?: unknown } }).constructor?.name;
    if (typeof name === "string" && baseErrors.has(name)) return name;
  }
  return "Error";
}

/** Own properties of an error often hold sockets and the like, so only what is simple goes along: `code`, `errno`, …. */
export function fieldsOf(error: Error): Map<string, unknown> {
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

/** @throws DOMException DataCloneError for what structuredClone refuses */
export function refuseUncloneable(value: object): void {
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

function isSimple(value: unknown): boolean {
  return value === null || ["string", "number", "boolean", "bigint"].includes(typeof value);
}
