import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { types } from "node:util";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { LinkError, UsageError } from "#src/errors.js";
import { ValueDecoder, ValueEncoder } from "#src/wire/codec.js";
import { FRAME_VALUE, HEADER_SIZE } from "#src/wire/frame.js";
import { anyValue } from "./any-value.js";

/** Both ends of a direction: what is encoded is decoded at once. */
function wire(maxPayload?: number): {
  encoder: ValueEncoder;
  decoder: ValueDecoder;
  pass: (value: unknown) => unknown;
} {
  const [encoder, decoder] = [new ValueEncoder(maxPayload), new ValueDecoder(maxPayload)];
  return { encoder, decoder, pass: (value) => decoder.decode(encoder.encode(value), HEADER_SIZE) };
}

function pass<Value>(value: Value): Value {
  return wire().pass(value) as Value;
}

/** Arrays and objects within each other. */
function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
}

describe("values arrive as they were sent", () => {
  const values: Record<string, unknown> = {
    null: null,
    undefined: undefined,
    "negative zero": -0,
    "negative zero within": { a: [-0, 0], b: new Map([["x", -0]]) },
    NaN: Number.NaN,
    infinities: [Infinity, -Infinity],
    "large integers": [2 ** 32, 2 ** 32 + 1, -(2 ** 32), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
    "numbers at the edges of the format": [31, 32, 63, 64, 127, 128, 255, 256, 65535, 65536, -32, -33, -128, -129],
    booleans: [true, false],
    "empty things": ["", [], {}, new Map(), new Set(), Buffer.alloc(0), new Uint8Array(0)],
    "long strings": ["a".repeat(100_000), "é".repeat(70_000), "😀".repeat(20_000)],
    "a byte order mark": ["\uFEFF", `\uFEFF${"x".repeat(100)}`],
    "lone surrogates": ["\uD800", "a\uDC00b", "\uDFFF".repeat(70)],
    "big integers": [0n, -1n, 2n ** 63n, -(2n ** 63n), 2n ** 64n, -(2n ** 64n), 2n ** 70_000n, -(2n ** 70_000n)],
    dates: [new Date(0), new Date(1), new Date(-1), new Date(8.64e15), new Date(-8.64e15), new Date(2 ** 33 * 1000)],
    "regular expressions": [/a+/giu, new RegExp("/"), /[\u{1F600}]/u],
    sets: new Set<unknown>([1, "1", { a: 1 }, new Set([2])]),
    maps: new Map<unknown, unknown>([
      [{ a: 1 }, [2]],
      [3, new Map([["deep", true]])],
    ]), // prettier-ignore
    "awkward keys": { constructor: 1, toString: 2, hasOwnProperty: 3, toJSON: 4, then: 5, "": 6, 7: 8, "a b": 9 },
    "keys that msgpackr keeps for itself": [{ __keys__: 1 }, {}, { a: 1 }, { a: 1, __keys__: 2 }],
  };
  for (const [name, value] of Object.entries(values)) {
    test(name, () => assert.deepStrictEqual(pass(value), value));
  }

  test("an invalid date", () => assert.ok(Number.isNaN(pass(new Date(Number.NaN)).getTime())));

  test("a key called __proto__ is a property and pollutes nothing", () => {
    const value = JSON.parse('{"__proto__": {"polluted": true}, "a": {"__proto__": null}}') as object;
    assert.deepStrictEqual(pass(value), value);
    assert.equal(Reflect.get({}, "polluted"), undefined);
  });

  test("typed arrays of every kind keep it, and so do Buffer, ArrayBuffer and DataView", () => {
    const bytes = Uint8Array.from({ length: 48 }, (_, index) => index * 5);
    const names = "Int8 Uint8 Uint8Clamped Int16 Uint16 Int32 Uint32 Float16 Float32 Float64 BigInt64 BigUint64".split(
      " ",
    );
    for (const name of names) {
      const TypedArray = Reflect.get(globalThis, `${name}Array`) as Uint8ArrayConstructor | undefined;
      if (TypedArray === undefined) continue;
      const array = new TypedArray(bytes.slice().buffer, 8, 3);
      const arrived = pass(array);
      assert.equal(arrived.constructor, TypedArray);
      assert.deepStrictEqual([...arrived], [...array]);
    }
    for (const value of [Buffer.from(bytes), bytes.buffer, new DataView(bytes.buffer, 4, 9)]) {
      assert.deepStrictEqual(pass(value), value);
      assert.equal(pass(value).constructor, value.constructor);
    }
  });

  test("subclasses and things of another realm arrive as their base", () => {
    class Bytes extends Uint8Array {}
    class Dictionary extends Map<string, number> {}
    class Point {
      x = 1;
      y = 2;
      sum(): number {
        return this.x + this.y;
      }
    }
    assert.deepStrictEqual(pass(Bytes.of(1, 2)), Uint8Array.of(1, 2));
    assert.deepStrictEqual(pass(new Dictionary([["a", 1]])), new Map([["a", 1]]));
    assert.deepStrictEqual(pass(new Point()), { x: 1, y: 2 });
    const foreign: unknown = runInNewContext("({ a: [1], m: new Map([[1, 2]]), b: Uint8Array.of(7), d: new Date(5) })");
    const local = { a: [1], m: new Map([[1, 2]]), b: Uint8Array.of(7), d: new Date(5) };
    assert.deepStrictEqual(pass(foreign), local);
  });

  for (const access of ["writable", "fixed", "absent"] as const) {
    test(`an error without a stack arrives without one, none of the receiver's either: the limit is ${access}`, (t) => {
      const limit = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit") as PropertyDescriptor;
      t.after(() => Object.defineProperty(Error, "stackTraceLimit", limit));
      const errors = [new Error("a"), new AggregateError([], "b"), new TypeError("c")];
      for (const error of errors) delete error.stack;
      const { pass } = wire();
      if (access === "fixed") Object.defineProperty(Error, "stackTraceLimit", { writable: false });
      if (access === "absent") Reflect.deleteProperty(Error, "stackTraceLimit");
      const arrived = pass(errors) as Error[];
      assert.deepStrictEqual(
        arrived.map(({ message, stack }) => [message, stack]),
        errors.map(({ message }) => [message, undefined]),
      );
      assert.ok(arrived.every((error) => types.isNativeError(error) && !Object.keys(error).includes("stack")));
      if (access === "writable") assert.match(new Error("here").stack ?? "", /codec\.test/);
    });
  }

  test("errors keep class, name, message, stack, cause, code and simple properties", () => {
    class ParseError extends SyntaxError {
      override name = "ParseError";
      code = "E_PARSE";
      line = 7;
      socket = { on: (): void => {} };
    }
    const error = new ParseError("bad", { cause: new RangeError("inner") });
    const arrived = pass(error);
    assert.ok(arrived instanceof SyntaxError);
    assert.ok(arrived.cause instanceof RangeError);
    assert.equal(arrived.cause.message, "inner");
    const { name, message, stack, code, line } = arrived;
    assert.deepStrictEqual([name, message, stack, code, line], ["ParseError", "bad", error.stack, "E_PARSE", 7]);
    assert.equal("socket" in arrived, false);
    const several = pass(new AggregateError([new TypeError("one"), 2], "many"));
    assert.ok(several instanceof AggregateError && several.errors[0] instanceof TypeError);
    assert.equal(pass(new DOMException("stop", "AbortError")).name, "AbortError");
    assert.deepStrictEqual(Object.keys(pass(new TypeError("plain"))), []);
  });

  test("cycles and shared references, through every kind of container", () => {
    const shared = { shared: true };
    const error = new Error("round");
    error.cause = error;
    const value: Record<string, unknown> = { shared: [shared, shared], error };
    value.self = value;
    value.map = new Map<unknown, unknown>([[value, shared]]);
    value.set = new Set<unknown>([value]);
    const odd = JSON.parse('{"__proto__": 1}') as Record<string, unknown>;
    odd.odd = odd;
    value.odd = odd;
    const arrived: object & { self?: unknown } = pass(value);
    const {
      shared: pair,
      error: arrivedError,
      map,
      set,
      odd: arrivedOdd,
    } = arrived as {
      shared: [object, object];
      error: Error;
      map: Map<unknown, unknown>;
      set: Set<unknown>;
      odd: { odd: unknown };
    };
    assert.equal(arrived.self, arrived);
    assert.equal(pair[0], pair[1]);
    assert.equal(arrivedError.cause, arrivedError);
    assert.equal(map.get(arrived), pair[0]);
    assert.ok(set.has(arrived));
    assert.equal(arrivedOdd.odd, arrivedOdd);
  });

  test("any values, one after another", () => {
    fc.assert(
      fc.property(fc.array(anyValue(), { maxLength: 8 }), (values) => {
        const { pass } = wire();
        for (const value of values) assert.deepStrictEqual(pass(value), value);
      }),
      { numRuns: 1000 },
    );
  });

  test("binary data never changes after delivery and holds no more memory than its own", () => {
    const { encoder, decoder } = wire();
    const frame = Buffer.from(encoder.encode([Buffer.from("abc"), Uint8Array.of(1, 2)]));
    const [buffer, array] = decoder.decode(frame, HEADER_SIZE) as [Buffer, Uint8Array];
    frame.fill(0xff);
    assert.deepStrictEqual([buffer.toString(), [...array]], ["abc", [1, 2]]);
    assert.deepStrictEqual([buffer.buffer.byteLength, array.buffer.byteLength], [3, 2]);
  });
});

describe("what cannot be sent", () => {
  const refused: Record<string, unknown> = {
    "a function": () => {},
    "a class": class {},
    "a symbol": Symbol("s"),
    "a nested function": { a: [{ b: () => {} }] },
    "a function in a map": new Map([["a", () => {}]]),
    "a function behind an escape": [-0, { f() {} }],
    "a promise": Promise.resolve(),
    "a WeakMap": [new WeakMap()],
    "shared memory": new SharedArrayBuffer(1),
    "a generator": (function* () {})(),
    "501 levels": nested(501),
    "a getter that throws": {
      get a(): never {
        throw new Error("no");
      },
    },
    "detached memory": detached(),
  };
  for (const [name, value] of Object.entries(refused)) {
    test(`${name} is a DataCloneError`, () => {
      assert.throws(
        () => pass(value),
        (error: DOMException) => error instanceof DOMException && error.name === "DataCloneError",
      );
    });
  }

  test("500 levels are fine", () => assert.deepStrictEqual(pass(nested(500)), nested(500)));

  test("a getter that sends on another stream cannot disturb either", () => {
    const { encoder, decoder } = wire();
    const other = new ValueEncoder();
    const sly = {
      get a(): unknown {
        return other.encode({ b: 1 });
      },
    };
    assert.throws(() => encoder.encode(sly), { name: "DataCloneError" });
    assert.deepStrictEqual(decoder.decode(encoder.encode({ a: 1 }), HEADER_SIZE), { a: 1 });
  });

  test("values beyond maxPayload are a UsageError, those up to it are not", () => {
    const tooLarge = { code: "MN_ERR_FRAME_TOO_LARGE" };
    const { encoder, pass } = wire(1000);
    assert.equal(encoder.encode("x".repeat(997)).length, HEADER_SIZE + 1000);
    assert.throws(() => encoder.encode("x".repeat(998)), tooLarge);
    assert.throws(() => encoder.encode("é".repeat(600)), tooLarge);
    assert.throws(() => encoder.encode(Buffer.alloc(1001)), UsageError);
    // biome-ignore lint/suspicious/noSparseArray: that is the point
    assert.throws(() => encoder.encode(Object.assign([, 1], { length: 2 ** 31 })), tooLarge);
    assert.throws(() => encoder.encode(Array.from({ length: 900 }, () => new Map())), /too many objects/);
    assert.deepStrictEqual(pass({ a: 1 }), { a: 1 });
  });

  test("after any failure the two ends are still in step", () => {
    const { encoder, decoder } = wire(300);
    const pill = fc.constantFrom<unknown>(() => {}, Symbol("s"), "x".repeat(400), "é".repeat(200), {
      get a(): never {
        throw new Error("no");
      },
    });
    const record = fc.dictionary(fc.constantFrom("a", "b", "c", "d", "e", "f", "g"), fc.nat(99), {
      noNullPrototype: true,
    });
    const poisoned = fc.tuple(fc.array(record, { maxLength: 3 }), pill).map(([good, bad]) => [...good, bad]);
    const mixed = fc.array(fc.oneof(record, fc.array(record, { maxLength: 5 }), poisoned), { maxLength: 20 });
    fc.assert(
      fc.property(mixed, (values) => {
        for (const value of values) {
          let frame: Buffer;
          try {
            frame = Buffer.from(encoder.encode(value));
          } catch {
            continue;
          }
          assert.deepStrictEqual(decoder.decode(frame, HEADER_SIZE), value);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("objects of many keys and of long ones, again and again, between others", () => {
    const { pass } = wire();
    const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => `key ${index}`);
    const values = [1023, 1024, 1025, 5000].map((count) => Object.fromEntries(keys(count).map((key) => [key, key])));
    values.push({ ["x".repeat(16_384)]: "x" }, { ["x".repeat(16_385)]: "x" }, { ["x".repeat(16_385)]: "x", y: "y" });
    for (const value of [...values, ...values, { y: "y" }, values]) assert.deepStrictEqual(pass(value), value);
  });

  test("a thousand shapes in one value and in many", () => {
    const { pass } = wire();
    const shapes = Array.from({ length: 1000 }, (_, index) => ({ [`key${index}`]: index, [`k${index % 70}`]: true }));
    const value = [...shapes, ...shapes.map((shape) => ({ ...shape }))];
    assert.deepStrictEqual(pass(value), value);
    for (const shape of value) assert.deepStrictEqual(pass(shape), shape);
    assert.deepStrictEqual(pass(value), value);
  });
});

describe("frames", () => {
  test("have their header in place", () => {
    const frame = new ValueEncoder().encode("hello");
    assert.deepStrictEqual([frame.readUInt32BE(0), frame[4]], [frame.length - HEADER_SIZE, FRAME_VALUE]);
  });

  test("stay as they are until they are released", () => {
    const { encoder, decoder } = wire();
    const frames = Array.from({ length: 2000 }, (_, index) => encoder.encode({ index, text: "x".repeat(index) }));
    frames.forEach((frame, index) => {
      assert.equal((decoder.decode(frame, HEADER_SIZE) as { index: number }).index, index);
    });
  });

  test("large ones leave no large buffer behind", () => {
    const encoder = new ValueEncoder(64 * 1024 * 1024);
    encoder.encode("x".repeat(10 * 1024 * 1024));
    assert.ok(encoder.encode("small").buffer.byteLength <= 8 * 1024 * 1024);
  });
});

describe("hostile bytes are a LinkError MN_ERR_FRAME_VALUE", () => {
  const deep = Buffer.concat([Buffer.alloc(100_000, 0x91), Buffer.of(1)]);
  const laughs = Buffer.concat([
    ...Array.from({ length: 60 }, (_, index) => Buffer.of(0x92, 0xd6, 0x69, 0, 0, 0, index + 1)),
    Buffer.of(1),
    ...Array.from({ length: 60 }, (_, index) => Buffer.of(0xd6, 0x70, 0, 0, 0, 60 - index)),
  ]);
  const payloads: Record<string, Buffer> = {
    nothing: Buffer.alloc(0),
    "two values": Buffer.of(1, 2),
    "shared references and bytes left over": Buffer.concat([laughs, Buffer.of(0)]),
    "an array of four billion": Buffer.of(0xdd, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5),
    "a map of four billion": Buffer.of(0xdf, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5),
    "a string beyond the end": Buffer.of(0xdb, 0xff, 0xff, 0xff, 0xff, 65),
    "bytes beyond the end": Buffer.of(0xc6, 0x7f, 0xff, 0xff, 0xff, 1),
    "an extension beyond the end": Buffer.of(0xc9, 0x7f, 0xff, 0xff, 0xff, 0x74, 1),
    "a record that was not defined": Buffer.of(0x41),
    "a record without keys": Buffer.of(0xd4, 0x72, 0x40, 1, 1),
    "a record whose key is no string": Buffer.of(0xd4, 0x72, 0x40, 0x91, 1, 1),
    "a record id out of range": Buffer.of(0xd4, 0x72, 0x80, 0x90),
    "a pointer to nothing": Buffer.of(0xd6, 0x70, 0, 0, 0, 1),
    "an id of an id": Buffer.concat([...Array(9).fill(Buffer.of(0xd6, 0x69, 0, 0, 0, 1)), Buffer.of(1)]),
    "an extension that nobody knows": Buffer.of(0xd4, 0x01, 0),
    "msgpackr's own errors": Buffer.of(0xd4, 0x65, 0, 0x93, 0xa1, 65, 0xa1, 65, 0xc0),
    "msgpackr's bundled strings": Buffer.of(0xd6, 0x62, 0, 0, 0, 1, 1),
    "an escape outside an array": Buffer.of(0xc1),
    "an escape without a kind": Buffer.of(0x91, 0xc1),
    "an unknown escape": Buffer.of(0x92, 0xc1, 0x3f),
    "an error of an unknown class": Buffer.of(0x93, 0xc1, 2, 0xa1, 65),
    "an object whose key is no string": Buffer.of(0x94, 0xc1, 1, 1, 1),
    "a typed array that is no multiple": Buffer.of(0xc7, 4, 0x74, 5, 1, 2, 3),
    "a typed array of an unknown kind": Buffer.of(0xc7, 4, 0x74, 12, 1, 2, 3),
    "a regular expression that does not parse": Buffer.of(0xd4, 0x78, 0, 0x92, 0xa1, 40, 0xa0),
    "a set of no array": Buffer.of(0xd4, 0x73, 0, 1),
    "a bad date": Buffer.of(0xc7, 3, 0xff, 1, 2, 3),
    "an empty big integer": Buffer.of(0xc7, 0, 0x42),
    "a big integer of seven bytes": Buffer.of(0xc7, 7, 0x42, 1, 2, 3, 4, 5, 6, 7),
    "an id higher than there can be ids": Buffer.of(0xd6, 0x69, 0, 0, 0, 2, 0x91, 1),
    "a boxed array": Buffer.of(0x93, 0xc1, 6, 0x90),
    "a boxed null": Buffer.of(0x93, 0xc1, 6, 0xc0),
    "a boxed primitive of two": Buffer.of(0x94, 0xc1, 6, 1, 2),
    "an array with names that is none": Buffer.of(0x93, 0xc1, 5, 1),
    "an array with names and half a property": Buffer.of(0x94, 0xc1, 5, 0x90, 0xa1, 97),
    "an array with names whose elements are an escape": Buffer.of(0x93, 0xc1, 5, 0x92, 0xc1, 0),
    "an array with names of four billion": Buffer.of(0x93, 0xc1, 5, 0xdd, 0xff, 0xff, 0xff, 0xff, 1, 2, 3),
    "an array whose length is named": Buffer.from([0x95, 0xc1, 5, 0x90, 0xa6, ...Buffer.from("length"), 0x7f]),
    "an array with an element that is named": Buffer.of(0x95, 0xc1, 5, 0x90, 0xa1, 0x39, 1),
    "a hundred thousand levels": deep,
  };
  for (const [name, payload] of Object.entries(payloads)) {
    test(name, () => {
      assert.throws(
        () => new ValueDecoder().decode(payload),
        (error: LinkError) => {
          return error instanceof LinkError && error.code === "MN_ERR_FRAME_VALUE" && error.cause instanceof Error;
        },
      );
    });
  }

  test("501 levels, while 500 are fine", () => {
    const levels = (depth: number): Buffer => Buffer.concat([Buffer.alloc(depth, 0x91), Buffer.of(1)]);
    assert.ok(Array.isArray(new ValueDecoder().decode(levels(500))));
    assert.throws(
      () => new ValueDecoder().decode(levels(501)),
      ({ cause }: Error) => /deeper/.test(String(cause)),
    );
  });

  test("a million maps in a million bytes", () => {
    const payload = Buffer.alloc(5 + 1_000_000, 0x80);
    payload[0] = 0xdd;
    payload.writeUInt32BE(1_000_000, 1);
    assert.throws(() => new ValueDecoder(1_000_005).decode(payload), { code: "MN_ERR_FRAME_VALUE" });
  });

  test("records that would all have to be compiled: few are, and the more the more bytes come", (t) => {
    const parts = Array.from({ length: 60_000 }, (_, index) => {
      const key = Buffer.from(index.toString(36).padStart(4, "a"));
      return Buffer.concat([Buffer.of(0xd4, 0x72, 0x40, 0x91, 0xa4), key, Buffer.of(1, 0x40, 1, 0x40, 1, 0x40, 1)]);
    });
    const head = Buffer.of(0xdd, 0, 0, 0, 0);
    head.writeUInt32BE(4 * parts.length, 1);
    const payload = Buffer.concat([head, ...parts]);
    const make = t.mock.method(globalThis, "Function");
    assert.equal((new ValueDecoder().decode(payload) as unknown[]).length, 240_000);
    assert.equal(make.mock.callCount(), 64 + Math.ceil(payload.length / 1024));
  });

  test("a definition of more keys, or longer ones, than a receiver keeps", () => {
    const record = (keys: readonly string[]): Buffer => {
      const head = Buffer.of(0xd4, 0x72, 0x40, 0xdc, keys.length >> 8, keys.length);
      const texts = keys.map((key) => Buffer.concat([Buffer.of(0xda, key.length >> 8, key.length), Buffer.from(key)]));
      return Buffer.concat([head, ...texts, Buffer.alloc(keys.length, 1)]);
    };
    const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => `k${index}`);
    assert.equal(Object.keys(new ValueDecoder().decode(record(keys(1024))) as object).length, 1024);
    assert.throws(() => new ValueDecoder().decode(record(keys(1025))), isMalformed(/more than 1024 keys/));
    const long = (length: number): string[] => ["x".repeat(length - 1), "y"];
    assert.equal(Object.keys(new ValueDecoder().decode(record(long(16_384))) as object).length, 2);
    assert.throws(() => new ValueDecoder().decode(record(long(16_385))), isMalformed(/more than 16384 characters/));
  });

  test("a Map or Set that takes far too long to fill, as its keys collide", () => {
    const numbers = Array.from({ length: 5_000 }, (_, index) => index);
    for (const table of [new Set(numbers), new Map(numbers.map((number) => [number, number]))]) {
      const bytes = new ValueEncoder().encode(table).subarray(HEADER_SIZE);
      const decoderAt = (msPerLook: number): ValueDecoder => {
        let now = 0;
        return new ValueDecoder(undefined, () => (now += msPerLook));
      };
      assert.deepStrictEqual(decoderAt(250).decode(bytes), table);
      assert.throws(() => decoderAt(270).decode(bytes), isMalformed(/collide/));
    }
  });
});

function isMalformed(says: RegExp): (error: LinkError) => boolean {
  return ({ code, cause }) => code === "MN_ERR_FRAME_VALUE" && says.test(String(cause));
}

function detached(): Uint8Array {
  const array = new Uint8Array(8);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}
