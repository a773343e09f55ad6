// What is cloned and what is refused, beside the structuredClone of this version of Node: never a silent empty object.
import assert from "node:assert/strict";
import { File } from "node:buffer";
import { createSecretKey, webcrypto, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { BlockList, SocketAddress } from "node:net";
import { createHistogram } from "node:perf_hooks";
import { test } from "node:test";
import { inspect } from "node:util";
import { MessageChannel } from "node:worker_threads";
import { ValueDecoder, ValueEncoder } from "#src/wire/codec.js";
import { HEADER_SIZE } from "#src/wire/frame.js";
import { certificate } from "../../helpers/certificate.js";

const SHOWN = { depth: 9, showHidden: true };

class Point {
  x = 1;
  #hidden = 2;
  get sum(): number {
    return this.x + this.#hidden;
  }
}

class Request {
  id = 7;
}

class Tagged {
  a = 1;
  get [Symbol.toStringTag](): string {
    return "Headers";
  }
}

const cloned: Record<string, () => unknown> = {
  "a class instance": () => new Point(),
  "one whose class is called as one of the platform's": () => new Request(),
  "one with a tag of its own": () => new Tagged(),
  "an object without a prototype": () => Object.assign(Object.create(null) as object, { a: 1 }),
  "a Date": () => new Date(5),
  "an invalid Date": () => new Date(Number.NaN),
  "a RegExp": () => Object.assign(/a/g, { lastIndex: 3 }),
  "a Map and a Set": () => [new Map([[1, new Set([2])]]), new Set()],
  memory: () => [new ArrayBuffer(2), new Uint16Array(2), new DataView(new ArrayBuffer(3))],
  numbers: () => [-0, Number.NaN, 1n << 80n],
  "a getter": () => ({
    get a() {
      return 1;
    },
  }),
  "boxed primitives": () => [1, -0, Number.NaN, "s", "\uD800", true, false, 1n, 1n << 80n].map(Object),
  "boxed primitives with properties": () => [
    Object.assign(new Number(1), { a: 1 }),
    new (class extends String {})("s"),
  ],
  "a boxed primitive twice": () => {
    const boxed = new Number(1);
    return [boxed, boxed, { boxed }];
  },
  "the result of a RegExp": () => /a(?<x>b)(c)?/d.exec("cab"),
  "the result of a RegExp without names": () => /a(b)/d.exec("ab"),
  "the results of matchAll()": () => [..."abab".matchAll(/a(b)/g)],
  "the result of match() with the flag g": () => "abab".match(/a/g),
  "an instance of a subclass of Array": () => Object.assign(new (class extends Array {})(3), { 1: 1, name: "a" }),
  "an empty array with properties": () => Object.assign([], { a: 1, b: { c: [] } }),
  "an empty array with properties that look like elements": () =>
    Object.defineProperty(Object.assign([], { 4294967295: 1, "01": 2, "-1": 3, "1.5": 4 }), "__proto__", {
      value: 5,
      enumerable: true,
    }),
  "an array with properties that refers to itself": () => {
    const array: unknown[] = [];
    return Object.assign(array, { array, within: { array } });
  },
  "an array with symbols and hidden properties": () =>
    Object.defineProperty(Object.assign([], { [Symbol("a")]: 1 }), "hidden", { value: 1 }),
  "the strings of a template": () => ((strings: TemplateStringsArray, _: number) => strings)`a${1}b`,
  // biome-ignore-start lint/suspicious/noSparseArray: that is the point
  "arrays with holes": () => [[, 1], [1, , undefined, 3], [[, ,], { a: [,] }], [undefined, ,], holes(20)],
  "holes and nothing else": () => [, ,],
  "a hole in the result of a RegExp": () => withoutSecond(/a(b)(c)/.exec("abc") as unknown[]),
  // biome-ignore-end lint/suspicious/noSparseArray: that is the point
  "an array whose elements are far apart": () => Object.assign([], { 5000: 1, 9000: { a: 1 } }),
  "other things with properties of their own": () => [
    Object.assign(new Date(0), { a: 1 }),
    Object.assign(/a/, { a: 1 }),
    Object.assign(new Map(), { a: 1 }),
    Object.assign(new Set(), { a: 1 }),
    Object.assign(new Uint8Array(1), { a: 1 }),
  ],
};

for (const [what, make] of Object.entries(cloned)) {
  test(`${what}: arrives as from structuredClone`, () => {
    assert.equal(inspect(pass(make()), SHOWN), inspect(structuredClone(make()), SHOWN));
  });
}

// A variable, as the compiler looks for modules that it can see.
const MODULE: string = "data:text/javascript,export const answer = 42, list = [1];";
const plainModule: unknown = await import(MODULE);

test("errors: arrive as from structuredClone", () => {
  const sent = [new TypeError("a"), new RangeError("b", { cause: [1] }), new (class extends SyntaxError {})("c")];
  for (const error of sent) {
    const [arrived, clone] = [pass(error) as Error, structuredClone(error)];
    assert.equal(Object.getPrototypeOf(arrived), Object.getPrototypeOf(clone));
    assert.deepEqual(summary(arrived), summary(clone));
  }
});

/** What docs/messages.md says of the differences: what `structuredClone` refuses, or gives in another way, and what arrives. */
const different: Record<string, { make: () => unknown; arrives: unknown }> = {
  "properties of an error": {
    make: () => bare(Object.assign(new Failure("a"), { code: "E", detail: {}, retry: true })),
    arrives: Object.assign(bare(new TypeError("a"), "Failure"), { code: "E", retry: true }),
  },
  DOMException: {
    make: () => bare(new DOMException("a", "AbortError")),
    arrives: Object.assign(bare(new Error("a"), "AbortError"), { code: 20 }),
  },
  arguments: { make: argumentsOf, arrives: { 0: 1, 1: "a" } },
  "a module's namespace": { make: () => plainModule, arrives: { answer: 42, list: [1] } },
  "a proxy of a plain object or of an array": {
    make: () => [new Proxy({ a: 1 }, {}), new Proxy([1], {})],
    arrives: [{ a: 1 }, [1]],
  },
  "named properties of an array that has elements": { make: () => Object.assign([1], { a: 1 }), arrives: [1] },
  "two views of one memory": { make: twoViews, arrives: [Uint8Array.of(0, 0), Uint8Array.of(0, 0)] },
  Buffer: { make: () => Buffer.of(1), arrives: Buffer.of(1) },
};

for (const [what, { make, arrives }] of Object.entries(different)) {
  test(`${what}: arrives as documented, which is not what structuredClone gives`, () => {
    const arrived = inspect(pass(make()), SHOWN);
    assert.equal(arrived, inspect(arrives, SHOWN));
    assert.notEqual(arrived, cloneOf(make()));
  });
}

test("a resizable ArrayBuffer arrives with a fixed length", () => {
  const options = { maxByteLength: 8 };
  const memory = Reflect.construct(ArrayBuffer, [2, options]) as ArrayBuffer;
  const arrived = pass(memory) as ArrayBuffer & { resizable: boolean };
  assert.deepEqual([arrived.byteLength, arrived.resizable], [2, false]);
});

const { port1, port2 } = new MessageChannel();
port1.close();
const refused: Record<string, () => unknown> = {
  URL: () => new URL("http://a/"),
  URLSearchParams: () => new URLSearchParams("a=1"),
  Headers: () => new Headers(),
  Request: () => new globalThis.Request("http://a/"),
  Response: () => new Response("a"),
  FormData: () => new FormData(),
  Blob: () => new Blob(["a"]),
  AbortSignal: () => AbortSignal.abort(),
  AbortController: () => new AbortController(),
  ReadableStream: () => new ReadableStream(),
  WritableStream: () => new WritableStream(),
  TransformStream: () => new TransformStream(),
  MessagePort: () => port2,
  WeakRef: () => new WeakRef({}),
  FinalizationRegistry: () => new FinalizationRegistry(() => {}),
  Intl: () => new Intl.NumberFormat("en"),
  "a subclass of URL": () => new (class extends URL {})("http://a/"),
  KeyObject: () => createSecretKey(Buffer.alloc(16)),
  BlockList: () => new BlockList(),
  SocketAddress: () => new SocketAddress({}),
  Histogram: () => createHistogram(),
  iterator: () => [1][Symbol.iterator](),
  "Map iterator": () => new Map().entries(),
  Promise: () => Promise.resolve(),
  WeakMap: () => new WeakMap(),
  Proxy: () => new Proxy(new Point(), {}),
  function: () => () => {},
  symbol: () => Symbol("a"),
  TextEncoder: () => new TextEncoder(),
  "a boxed symbol": () => Object(Symbol("a")),
  SharedArrayBuffer: () => new SharedArrayBuffer(1),
  "views of a SharedArrayBuffer": () => new Uint8Array(new SharedArrayBuffer(1)),
  "a DataView of a SharedArrayBuffer": () => new DataView(new SharedArrayBuffer(1)),
  "a Buffer of a SharedArrayBuffer": () => Buffer.from(new SharedArrayBuffer(1)),
  File: () => new File(["a"], "a"),
  X509Certificate: () => new X509Certificate(readFileSync(certificate.cert)),
  "a property of an array that cannot be cloned": () => Object.assign([], { a: () => {} }),
  ...temporal(),
};

for (const [what, make] of Object.entries(refused)) {
  test(`${what}: refused with a DataCloneError, alone and within others`, () => {
    for (const value of [make(), { a: [make()] }, new Map([[1, make()]])]) {
      assert.throws(() => pass(value), { name: "DataCloneError", message: /could not be cloned/ });
    }
  });
}

test("a CryptoKey is refused", async () => {
  const key = await webcrypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
  assert.throws(() => pass(key), { name: "DataCloneError" });
});

test("the error for a SharedArrayBuffer says why", () => {
  const message = /processes share no memory/;
  assert.throws(() => pass(new SharedArrayBuffer(1)), { name: "DataCloneError", message });
  assert.throws(() => pass([Buffer.from(new SharedArrayBuffer(1))]), { name: "DataCloneError", message });
});

test("a hole that was read leaves none behind in the values after it", () => {
  const [encoder, decoder] = [new ValueEncoder(), new ValueDecoder()];
  for (const value of [holes(1), [undefined], [[undefined], undefined], holes(2), [undefined, undefined]]) {
    assert.deepStrictEqual(decoder.decode(Buffer.from(encoder.encode(value)), HEADER_SIZE), value);
  }
});

class Failure extends TypeError {
  override name = "Failure";
}

function summary({ name, message, stack, cause }: Error): unknown {
  return { name, message, stack, cause };
}

/** Without the stack, which differs, and with the properties in the order in which they arrive. */
function bare(error: Error, name?: string): Error {
  const { message } = error;
  const hidden = { stack: "no stack", ...(name === undefined ? {} : { name }), message };
  for (const key of Object.keys(hidden)) Reflect.deleteProperty(error, key);
  for (const [key, value] of Object.entries(hidden)) {
    Object.defineProperty(error, key, { value, writable: true, configurable: true });
  }
  return error;
}

function withoutSecond(array: unknown[]): unknown[] {
  Reflect.deleteProperty(array, 2);
  return array;
}

function holes(length: number): unknown[] {
  return Object.assign([], { length });
}

function argumentsOf(): unknown {
  return (function (..._: unknown[]) {
    // biome-ignore lint/complexity/noArguments: that is the point
    return arguments;
  })(1, "a");
}

function twoViews(): unknown {
  const memory = new ArrayBuffer(2);
  return [new Uint8Array(memory), new Uint8Array(memory)];
}

/** What `structuredClone` gives, as text; of views also the memory, as they may share it. */
function cloneOf(value: unknown): string {
  try {
    const clone = structuredClone(value);
    const isShared = Array.isArray(clone) && clone.length === 2 && clone[0]?.buffer === clone[1]?.buffer;
    return isShared ? "two views of one memory" : inspect(clone, SHOWN);
  } catch (error) {
    return String(error);
  }
}

/** Node 26 has it. */
function temporal(): Record<string, () => unknown> {
  const now = (Reflect.get(globalThis, "Temporal") as { Now: Record<string, () => unknown> } | undefined)?.Now;
  return now === undefined
    ? {}
    : { "Temporal.Instant": () => now.instant?.(), "Temporal.PlainDate": () => now.plainDateISO?.() };
}

function pass(value: unknown): unknown {
  return new ValueDecoder().decode(new ValueEncoder().encode(value), HEADER_SIZE);
}
