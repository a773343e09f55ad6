// What users load: the same names as the source has, and nothing of the master in what a node loads.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as bundled from "multi-node";
import * as compiled from "#src/index.js";

const bundle = (file: string): string =>
  readFileSync(new URL(`../../../../dist/bundle/${file}`, import.meta.url), "utf8");

test("the bundle offers what the source does", () => {
  assert.deepEqual(Object.keys(bundled), Object.keys(compiled));
});

test("what makes a master is in a file of its own", () => {
  for (const name of ["MasterRuntime", "Supervisor", "Dispatcher"]) {
    const defined = new RegExp(`\\b${name} = class|class ${name}\\b`);
    assert.match(bundle("master/runtime.js"), defined);
    assert.doesNotMatch(bundle("index.js") + bundle("shared.js"), defined);
  }
});
