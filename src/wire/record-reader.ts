// The receiver's record definitions, and the objects made by them.

import { malformed } from "./input.js";
import { RECORD, RECORD_IDS } from "./value-format.js";
import { COST_COMPILED_RECORD, COST_CONTAINER, COST_RECORD } from "./value-limits.js";
import type { WholeReader } from "./value-parts.js";

/** A record that is used so often is worth a function of its own, which costs some microseconds. */
const USES_BEFORE_COMPILING = 3;
/** A function of many keys is no faster. */
const MOST_KEYS = 64;

type Make = (reader: WholeReader, depth: number) => object;

interface RecordType {
  readonly keys: readonly string[];
  uses: number;
  make: Make | undefined;
}

export class RecordReader {
  readonly #types: (RecordType | undefined)[] = Array.from({ length: RECORD_IDS }, () => undefined);

  /** An object of a record that was defined before. */
  read(id: number, depth: number, reader: WholeReader): object {
    const type = this.#types[id - RECORD];
    if (type === undefined) throw malformed(`it uses record ${id}, which was not defined`);
    type.uses += 1;
    reader.spend(type.uses === USES_BEFORE_COMPILING ? COST_COMPILED_RECORD : COST_CONTAINER);
    if (type.uses === USES_BEFORE_COMPILING) type.make = compile(type.keys);
    return readObject(type, depth, reader);
  }

  /** The definition of a record, and the first object of it. */
  define(depth: number, reader: WholeReader): object {
    const id = reader.input.byte();
    if (id < RECORD || id >= RECORD + RECORD_IDS) throw malformed("a record's id is out of range");
    reader.spend(COST_RECORD);
    const type: RecordType = { keys: readKeys(reader), uses: 0, make: undefined };
    this.#types[id - RECORD] = type;
    return readObject(type, depth, reader);
  }
}

function readKeys(reader: WholeReader): string[] {
  const length = reader.arrayLength();
  reader.input.room(length);
  const keys: string[] = [];
  for (let left = length; left > 0; left--) keys.push(readKey(reader));
  return keys;
}

/** Nothing has a prototype of its sender's choice. */
function readKey({ input }: WholeReader): string {
  const token = input.byte();
  let length = token & 0x1f;
  if (token >= 0xd9 && token <= 0xdb) length = input.uint(token - 0xd9);
  else if ((token & 0xe0) !== 0xa0) throw malformed("something else stands where a string must");
  const key = input.string(length);
  if (key === "__proto__") throw malformed("a record with the key __proto__");
  return key;
}

function readObject({ keys, make }: RecordType, depth: number, reader: WholeReader): object {
  const within = reader.within(depth);
  if (make !== undefined && !reader.isReferred) return make(reader, within);
  const object: Record<string, unknown> = reader.made({});
  for (const key of keys) object[key] = reader.value(within);
  return object;
}

/** An object literal is made in one go. Where the process may not make functions of text, there is none. */
function compile(keys: readonly string[]): Make | undefined {
  if (keys.length > MOST_KEYS) return undefined;
  const properties = keys.map((key) => `${JSON.stringify(key)}: reader.value(depth)`);
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- all that is not constant are JSON's strings
    return new Function("reader", "depth", `return { ${properties.join(", ")} };`) as Make;
  } catch {
    return undefined;
  }
}
