// The results of a run, and of the runs before it where a file keeps them: one in each line, as JSON. Each run begins with
// a line that says how it was made.

import { appendFileSync, existsSync, readFileSync } from "node:fs";

// JSON has no infinity, and a spread over a node without any connection is one.
const INFINITE = "infinite";

export class Results {
  #file;
  #all;

  /** @param file where they are kept, or undefined */
  constructor(file) {
    this.#file = file;
    this.#all = file !== undefined && existsSync(file) ? parsed(readFileSync(file, "utf8")) : [];
  }

  get all() {
    return this.#all.filter(({ run }) => run === undefined);
  }

  /** How the runs were made. */
  get runs() {
    return this.#all.flatMap(({ run }) => (run === undefined ? [] : [run]));
  }

  begin(run) {
    this.add({ run });
  }

  add(result) {
    this.#all.push(result);
    if (this.#file !== undefined) appendFileSync(this.#file, `${asJson(result, 0)}\n`);
  }
}

export function asJson(value, indentation = 2) {
  return JSON.stringify(value, (_, one) => (one === Infinity ? INFINITE : one), indentation);
}

function parsed(text) {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line, (_, value) => (value === INFINITE ? Infinity : value)));
}
