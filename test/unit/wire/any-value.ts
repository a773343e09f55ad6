// Values of every kind that a frame can carry, for property tests.

import fc from "fast-check";

const awkwardKeys = [
  "__proto__",
  "__keys__",
  "constructor",
  "hasOwnProperty",
  "toJSON",
  "toString",
  "",
  "0",
  "-1",
  "é",
];

function keys(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("id", "name", "text", "at", "seq", "room") },
    { weight: 2, arbitrary: fc.string({ unit: "binary" }) },
    { weight: 1, arbitrary: fc.constantFrom(...awkwardKeys) },
    { weight: 1, arbitrary: unitStrings() },
  );
}

// Any UTF-16 code units, so lone surrogates and byte order marks, too.
function unitStrings(): fc.Arbitrary<string> {
  const units = fc.oneof(fc.nat(0xffff), fc.constantFrom(0xfeff, 0xd800, 0xdfff, 0x61));
  return fc.array(units, { maxLength: 30 }).map((codes) => String.fromCharCode(...codes));
}

function leaves(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom<unknown>(null, undefined, true, false, 0, -0, Number.NaN, Infinity, -Infinity, 2 ** 53, -(2 ** 53)),
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.string({ minLength: 15, maxLength: 200 }),
    unitStrings(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.bigInt(),
    fc.bigInt({ min: -(2n ** 600n), max: 2n ** 600n }),
    fc.date({ noInvalidDate: true }),
    binaries(),
    fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.bigInt()).map(Object),
    fc.constantFrom(/a+b/giu, /\//, new RegExp("")),
  );
}

function binaries(): fc.Arbitrary<unknown> {
  const bytes = fc.uint8Array({ maxLength: 80 });
  return fc.oneof(
    bytes,
    bytes.map((array) => Buffer.from(array)),
    bytes.map((array) => array.slice().buffer),
    bytes.map((array) => new DataView(array.slice().buffer)),
    fc.uint8ClampedArray(),
    fc.int8Array(),
    fc.int16Array(),
    fc.uint16Array(),
    fc.int32Array(),
    fc.uint32Array(),
    fc.float32Array(),
    fc.float64Array(),
    fc.bigInt64Array(),
    fc.bigUint64Array(),
  );
}

function errors(inner: fc.Arbitrary<unknown>): fc.Arbitrary<Error> {
  const classes = fc.constantFrom(Error, TypeError, RangeError, SyntaxError);
  return fc.tuple(classes, fc.string(), fc.option(inner), fc.option(fc.string())).map(([Class, text, cause, code]) => {
    const error = new Class(text, cause === null ? undefined : { cause });
    return code === null ? error : Object.assign(error, { code });
  });
}

/** Any value that a frame can carry. */
export function anyValue(): fc.Arbitrary<unknown> {
  const { value } = fc.letrec((tie) => {
    const inner = tie("value");
    return {
      value: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        leaves(),
        fc.array(inner, { maxLength: 6 }),
        fc.sparseArray(inner, { maxNumElements: 4, maxLength: 9 }),
        fc.tuple(keys(), inner).map(([name, named]) => Object.assign([], objectOf([[`${name}!`, named]]))),
        fc.array(fc.tuple(keys(), inner), { maxLength: 6 }).map(objectOf),
        fc.array(fc.tuple(inner, inner), { maxLength: 4 }).map((entries) => new Map(entries)),
        fc.array(inner, { maxLength: 4 }).map((items) => new Set(items)),
        errors(inner),
      ),
    };
  });
  return value;
}

// Own properties always, also for "__proto__".
function objectOf(entries: readonly (readonly [string, unknown])[]): object {
  const object = {};
  for (const [key, value] of entries) {
    Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return object;
}
