// What the bytes of a value mean: docs/wire.md, section 2, has the tables.

/** The first 64 bytes after the small numbers stand for records. */
export const RECORD = 0x40;
export const RECORD_IDS = 64;

// Types of extensions.
export const EXT_UNDEFINED = 0x00;
/** The byte of an undefined that is a hole of an array. */
export const UNDEFINED_HOLE = 1;
export const EXT_BIGINT = 0x42;
export const EXT_ID = 0x69;
export const EXT_POINTER = 0x70;
export const EXT_RECORD = 0x72;
export const EXT_SET = 0x73;
export const EXT_TYPED_ARRAY = 0x74;
export const EXT_REGEXP = 0x78;
export const EXT_DATE = 0xff;

/** Bytes of an id before a value. */
export const ID_SIZE = 6;

interface TypedArrayClass {
  readonly name: string;
  new (memory: ArrayBuffer): object;
}

// Kinds of typed arrays: the place in this list, and two more.
export const TYPED_ARRAYS: readonly TypedArrayClass[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];
export const KIND_ARRAY_BUFFER = 16;
export const KIND_DATA_VIEW = 17;

/** An array that begins with this byte is an escape; the kind of escape follows. */
export const ESCAPE = 0xc1;
export const ESCAPE_NEGATIVE_ZERO = 0;
export const ESCAPE_OBJECT = 1;
export const ESCAPE_ERROR = 2;
export const ESCAPE_STRING = 3;
export const ESCAPE_FLOAT16 = 4;
export const ESCAPE_NAMED_ARRAY = 5;
export const ESCAPE_BOXED = 6;

// Node 20 has it; the types of ES2023 do not.
type ModernString = string & { isWellFormed(): boolean };
const BYTE_ORDER_MARK = 0xfeff;

/** Whether UTF-8 loses something: lone surrogates, or a byte order mark, which decoders remove. */
export function hasOddCharacters(text: string): boolean {
  return !(text as ModernString).isWellFormed() || text.charCodeAt(0) === BYTE_ORDER_MARK;
}

/** Whether a property of an array is an element of it, or what follows from its elements. */
export function isElementKey(key: string): boolean {
  const index = Number(key);
  return key === "length" || (index >>> 0 === index && index !== 2 ** 32 - 1 && String(index) === key);
}

/** Whether an object with this key is sent as an escape: `__proto__` is no property like others where objects are made. */
export function isOddKey(key: string): boolean {
  return key === "__proto__" || hasOddCharacters(key);
}
