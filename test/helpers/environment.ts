// What a test changes in its own process, given back when the test ends.
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

const changed = new WeakMap<TestContext, Set<string>>();

/** A new folder that is removed after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "mn-unit-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Sets variables of the environment, `undefined` to remove one, until the test ends. */
export function setEnvironment(t: TestContext, variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) {
    giveBack(t, name);
    assign(name, value);
  }
}

/** Puts another value in an object's property until the test ends; once in a test for each property. */
export function replaceProperty(t: TestContext, target: object, name: PropertyKey, value: unknown): void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
  t.after(() => {
    if (before === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, before);
  });
}

/** Hooks run in the order in which they were made, so the first value alone is kept. */
function giveBack(t: TestContext, name: string): void {
  const names = changed.get(t) ?? new Set();
  changed.set(t, names);
  if (names.has(name)) return;
  names.add(name);
  const before = process.env[name];
  t.after(() => assign(name, before));
}

function assign(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
