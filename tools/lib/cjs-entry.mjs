// What require() gets: a CommonJS file that loads the package, and declarations of its own. TypeScript lets no CommonJS file
// import an ES module under `module: node16` and `node18`, as their Nodes could not load one; types alone it may.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const ESM = '"../index.js" with { "resolution-mode": "import" }';

/** Writes both beside the bundle. The types are those of the ES module, so that programs may mix the two. */
export async function writeCjsEntry(bundle) {
  const values = await import(pathToFileURL(join(bundle, "index.js")).href);
  const lines = Object.entries(values).flatMap(([name, value]) => declarationsOf(name, value));
  const text = [`import type * as esm from ${ESM};`, `export type * from ${ESM};`, ...lines, ""].join("\n");
  writeFileSync(join(bundle, "index.d.cts"), text);
  writeFileSync(join(bundle, "index.cjs"), 'module.exports = require("./index.js");\n');
}

/** A class is a value and a type. */
function declarationsOf(name, value) {
  const declaration = `export declare const ${name}: typeof esm.${name};`;
  const isClass = typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
  return isClass ? [declaration, `export type ${name} = esm.${name};`] : [declaration];
}
