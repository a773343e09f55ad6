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

// What is more than its properties, by the name that its class has for Object.prototype.toString(): of these, only an
// empty object would arrive. Their classes are not looked up, as Node loads many of them when that is done first.
const platformTags: ReadonlySet<string> = new Set(
  `AbortController AbortSignal Blob BroadcastChannel ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy
  Crypto CryptoKey DecompressionStream Event EventSource EventTarget File FinalizationRegistry FormData Headers KeyObject
  MessageChannel MessagePort Module Navigator Performance PerformanceEntry PerformanceObserver ReadableByteStreamController
  ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest ReadableStreamDefaultController
  ReadableStreamDefaultReader Request Response Storage SubtleCrypto TextDecoder TextDecoderStream TextEncoder
  TextEncoderStream TransformStream TransformStreamDefaultController URL URLPattern URLSearchParams WeakRef WebSocket
  WritableStream WritableStreamDefaultController WritableStreamDefaultWriter`.split(/\s+/),
);
const platformGroups = /^(?:Intl|Temporal|WebAssembly)\.| Iterator$|^Iterator Helper$/;
/** By these, objects of Node itself can be sent to another thread of the same process: keys, certificates, histograms. */
const threadSymbols = /^messaging_(?:clone|transfer)_symbol$/;

const reasons = new WeakMap<object, string | null>();

/** @throws DOMException DataCloneError for a SharedArrayBuffer */
export function refuseSharedMemory(memory: object): void {
  if (!types.isSharedArrayBuffer(memory)) return;
  throw dataCloneError(
    "a SharedArrayBuffer could not be cloned: processes share no memory, so send a copy of its bytes",
  );
}

/** @throws DOMException DataCloneError for what structuredClone refuses */
export function refuseUncloneable(value: object): void {
  refuseSharedMemory(value);
  const refused =
    types.isPromise(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isProxy(value) ||
    types.isSymbolObject(value) ||
    types.isGeneratorObject(value) ||
    types.isExternal(value);
  if (refused) throw dataCloneError(`${Object.prototype.toString.call(value)} could not be cloned: it stays at home`);
  const name = platformClassOf(value);
  if (name !== null) throw dataCloneError(`a ${name} could not be cloned: send what it consists of, as plain values`);
}

/** The name of a class of the platform whose objects are more than their properties, `null` for all other objects. */
function platformClassOf(value: object): string | null {
  const prototype = Object.getPrototypeOf(value) as object;
  const known = reasons.get(prototype);
  if (known !== undefined) return known;
  let name: string | null = null;
  for (let proto: object | null = prototype; proto !== null && name === null; proto = Object.getPrototypeOf(proto)) {
    name = platformName(proto);
  }
  reasons.set(prototype, name);
  return name;
}

function platformName(proto: object): string | null {
  const tag: unknown = Object.getOwnPropertyDescriptor(proto, Symbol.toStringTag)?.value;
  if (typeof tag === "string" && (platformTags.has(tag) || platformGroups.test(tag))) return tag;
  const make: unknown = Object.getOwnPropertyDescriptor(proto, "constructor")?.value;
  if (typeof make !== "function") return null;
  const isSent = Object.getOwnPropertySymbols(proto).some(({ description }) => threadSymbols.test(description ?? ""));
  const isNative = make.name === "MessagePort" && Function.prototype.toString.call(make).includes("[native code]");
  // Node 20 sends certificates to threads, later versions do not.
  const isCertificate = make.name === "X509Certificate" && Object.hasOwn(proto, "fingerprint256");
  return isSent || isNative || isCertificate ? make.name : null;
}

function isSimple(value: unknown): boolean {
  return value === null || ["string", "number", "boolean", "bigint"].includes(typeof value);
}
