// Joins what tsc compiled into what users load: a few files instead of a hundred, as each costs time at every start.

import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { writeCjsEntry } from "./lib/cjs-entry.mjs";
import { root } from "./lib/paths.mjs";

const DIST = join(root, "dist");
const BUNDLE = join(DIST, "bundle");
/**
 * The package, what only a master loads, and what a program gets that knows nothing of the package; and the command. Each of
 * the two shares its code among its own files: what both had in common would be one more file for each node to load.
 */
const BUNDLES = [
  {
    entries: ["index", "make-master", "preload"].map((name) => ({ in: `${name}.js`, out: name })),
    chunks: "shared-[hash]",
  },
  { entries: [{ in: "cli/main.js", out: "cli" }], chunks: "cli-[hash]" },
];
/** CommonJS, and too little to bundle. */
const PRELOAD = "preload.cjs";

rmSync(BUNDLE, { recursive: true, force: true });
for (const parts of BUNDLES) bundle(parts);
copyFileSync(join(DIST, PRELOAD), join(BUNDLE, PRELOAD));
writeFileSync(join(BUNDLE, "index.d.ts"), 'export * from "../index.js";\n');
await writeCjsEntry(BUNDLE);

function bundle({ entries, chunks }) {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: entries.map((entry) => ({ ...entry, in: join(DIST, entry.in) })),
    outdir: BUNDLE,
    chunkNames: chunks,
    external: ["commander"],
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    sourcemap: true,
    sourcesContent: false,
    logLevel: "warning",
    write: false,
  });
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, path.endsWith(".js") ? withPlainBuiltins(text) : text);
  }
}

/**
 * An import of a module of Node reads each of its exports, so that it loads what they are in Node: with node:http all of
 * fetch(), WebSocket, HTTP/2 and TLS. Taking the names out of the module itself loads none of that. Lines stay where they are.
 */
function withPlainBuiltins(text) {
  return text.replace(/^import ([\w$]+)?(?:, )?(?:(\{[^}]*\}) )?from ("node:[^"]+");$/gm, (_, whole, names, module) => {
    const source = `process.getBuiltinModule(${module})`;
    const parts = [whole, names?.replaceAll(" as ", ": ")].filter((part) => part !== undefined && part !== "{}");
    return parts.map((part) => `const ${part} = ${source};`).join(" ");
  });
}
