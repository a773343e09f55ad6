// What is cloned and what is refused, beside the structuredClone of this version of Node: never a silent empty object.
import assert from "node:assert/strict";
import { createSecretKey, webcrypto } from "node:crypto";
import { BlockList, SocketAddress } from "node:net";
import { createHistogram } from "node:perf_hooks";
import { test } from "node:test";
import { inspect } from "node:util";
import { MessageChannel } from "node:worker_threads";
import { ValueDecoder, ValueEncoder } from "#src/wire/codec.js";
import { HEADER_SIZE } from "#src/wire/frame.js";

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
};

for (const [what, make] of Object.entries(cloned)) {
  test(`${what}: arrives as from structuredClone`, () => {
    assert.equal(inspect(pass(make()), SHOWN), inspect(structuredClone(make()), SHOWN));
  });
}

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

function pass(value: unknown): unknown {
  return new ValueDecoder().decode(new ValueEncoder().encode(value), HEADER_SIZE);
}
