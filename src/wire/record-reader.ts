// The receiver's record definitions, and the objects made by them.

import { malformed } from "./input.js";
import { RECORD, RECORD_IDS } from "./value-format.js";
import { COST_CONTAINER, COST_RECORD, MOST_RECORD_KEYS, MOST_RECORD_TEXT } from "./value-limits.js";
import type { WholeReader } from "./value-parts.js";

/** A record that is used so often is worth a function of its own, which costs some microseconds. */
const USES_BEFORE_COMPILING = 3;
/** Functions that are made at once, and the bytes that are to have come for each further one: so time follows bytes. */
const FREE_COMPILATIONS = 64;
const BYTES_PER_COMPILATION = 1024;
/** A function of many keys is no faster. */
const MOST_KEYS = 64;

type Make = (reader: WholeReader, depth: number) => object;

interface RecordType {
  readonly keys: readonly string[];
  uses: number;
  make: Make | undefined;
}

export class RecordReader {
  #compilations = 0;
  readonly #types: (RecordType | undefined)[] = Array.from({ length: RECORD_IDS }, () => undefined);

  /** An object of a record that was defined before. */
  read(id: number, depth: number, reader: WholeReader): object {
    const type = this.#types[id - RECORD];
    if (type === undefined) throw malformed(`it uses record ${id}, which was not defined`);
    type.uses += 1;
    reader.spend(COST_CONTAINER);
    if (type.uses === USES_BEFORE_COMPILING && this.#mayCompile(reader)) type.make = compile(type.keys);
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

  #mayCompile({ input }: WholeReader): boolean {
    if ((this.#compilations - FREE_COMPILATIONS) * BYTES_PER_COMPILATION >= input.total) return false;
    this.#compilations += 1;
    return true;
  }
}

function readKeys(reader: WholeReader): string[] {
  const length = reader.arrayLength();
  if (length > MOST_RECORD_KEYS) throw malformed(`a record with more than ${MOST_RECORD_KEYS} keys`);
  const keys: string[] = [];
  let characters = 0;
  for (let left = length; left > 0; left--) {
    const key = readKey(reader);
    characters += key.length;
    keys.push(key);
  }
  if (characters > MOST_RECORD_TEXT)
    throw malformed(`a record whose keys have more than ${MOST_RECORD_TEXT} characters`);
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
