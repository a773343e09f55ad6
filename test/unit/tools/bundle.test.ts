// What users load: the same names as the source has, and nothing of the master in what a node loads.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as bundled from "multi-node";
import * as compiled from "#src/index.js";

const FOLDER = new URL("../../../../dist/bundle/", import.meta.url);

/** A file and all of ours that it imports before it runs. */
function loadedWith(file: string): string {
  const text = readFileSync(new URL(file, FOLDER), "utf8");
  const imported = [...text.matchAll(/from "\.{1,2}\/(shared-[^"]+)"/g)].map(([, name]) => name ?? "");
  return [text, ...imported.map(loadedWith)].join("\n");
}

test("the bundle offers what the source does", () => {
  assert.deepEqual(Object.keys(bundled), Object.keys(compiled));
});

test("what makes a master is in a file of its own", () => {
  for (const name of ["MasterRuntime", "Supervisor", "Dispatcher"]) {
    const defined = new RegExp(`\\b${name} = class|class ${name}\\b`);
    assert.match(loadedWith("make-master.js"), defined);
    assert.doesNotMatch(loadedWith("index.js"), defined);
    assert.doesNotMatch(loadedWith("preload.js"), defined);
  }
});
