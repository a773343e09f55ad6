// The codes of all errors: one list in the source, each documented, each in use.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { BackpressureError, BindError, LinkError, MultiNodeError, StartError, UsageError } from "#src/errors.js";

const ROOT = new URL("../../../", import.meta.url);
const CODES = codesIn(read("src/errors.ts"));

test("the source lists each code once", () => {
  assert.ok(CODES.length > 0);
  assert.deepEqual(CODES, [...new Set(CODES)]);
});

test("docs/errors.md explains each code, and none that there is not", () => {
  const documented = codesIn(read("docs/errors.md"));
  assert.deepEqual([...new Set(documented)].sort(), CODES.toSorted());
});

test("each code is given somewhere", () => {
  const sources = readdirSync(new URL("src", ROOT), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && file !== "errors.ts")
    .map((file) => read(`src/${file}`))
    .join("\n");
  const unused = CODES.filter((code) => !sources.includes(`"${code}"`));
  assert.deepEqual(unused, []);
});

test("an error has its code, its class' name and its cause", () => {
  const cause = new Error("behind it");
  for (const Class of [UsageError, BindError, StartError, LinkError, BackpressureError]) {
    const error = new Class("MN_ERR_BIND", "what happened", cause);
    assert.ok(error instanceof MultiNodeError && error instanceof Error);
    assert.equal(error.name, Class.name);
    assert.equal(error.code, "MN_ERR_BIND");
    assert.equal(error.message, "what happened");
    assert.equal(error.cause, cause);
    assert.match(error.stack ?? "", /what happened/);
  }
});

test("without a cause there is no such property", () => {
  assert.ok(!Object.hasOwn(new UsageError("MN_ERR_OPTION", "wrong"), "cause"));
});

function codesIn(text: string): string[] {
  return text.match(/MN_ERR_[A-Z0-9_]+/g) ?? [];
}

function read(file: string): string {
  return readFileSync(new URL(file, ROOT), "utf8");
}
