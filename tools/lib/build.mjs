// Compiles src/ and test/ with `tsc --build`, keeps their output folders free of files without a source, and bundles.

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { binOf, giveUp, root, say } from "./paths.mjs";

const BUNDLE = "bundle";
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

const PROJECTS = [
  { source: "src", output: "dist", state: "build/src.tsbuildinfo" },
  { source: "test", output: "build/test", state: "build/test.tsbuildinfo" },
];

/** Builds what has changed. Ends the process, after the compiler's own messages, when that fails. */
export function build() {
  for (const project of PROJECTS) tidy(project);
  say("building (tsc --build)");
  const done = spawnSync(process.execPath, [binOf("typescript", "tsc"), "--build"], {
    cwd: root,
    stdio: ["ignore", process.stderr.fd, "inherit"],
  });
  if (done.status !== 0) giveUp("the build failed: see the compiler's messages above");
  bundle();
}

/**
 * What users load: the same code in a few files instead of a hundred, as each costs time at every start. The master's
 * part is one of its own, which nodes never load: see this-service.ts.
 */
function bundle() {
  const dist = join(root, "dist");
  rmSync(join(dist, BUNDLE), { recursive: true, force: true });
  for (const parts of BUNDLES) bundleOne(dist, parts);
  copyFileSync(join(dist, PRELOAD), join(dist, BUNDLE, PRELOAD));
  writeFileSync(join(dist, BUNDLE, "index.d.ts"), 'export * from "../index.js";\n');
}

function bundleOne(dist, { entries, chunks }) {
  // Not there yet when this file is loaded in a fresh clone.
  const { buildSync } = createRequire(import.meta.url)("esbuild");
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: entries.map((entry) => ({ ...entry, in: join(dist, entry.in) })),
    outdir: join(dist, BUNDLE),
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

/** Names, below `folder`, of all files, sorted. */
export function filesIn(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1)).sort();
}

/**
 * tsc never deletes an output, so a test that was removed would run on. And it trusts its own state file, so outputs
 * that were deleted would stay away.
 */
function tidy({ source, output, state }) {
  const folder = join(root, output);
  const sources = filesIn(join(root, source)).filter((name) => /\.[cm]?ts$/.test(name) && !/\.d\.[cm]?ts$/.test(name));
  const outputs = filesIn(folder).filter((name) => sourceOf(name) !== undefined && !name.startsWith(`${BUNDLE}/`));
  for (const name of outputs) {
    if (!sources.includes(sourceOf(name))) rmSync(join(folder, name));
  }
  const missing = sources.some((name) => !outputs.includes(name.replace(/ts$/, "js")));
  if (missing) rmSync(join(root, state), { force: true });
}

/** `a/b.js`, `a/b.js.map`, `a/b.d.ts` and `a/b.d.ts.map` all come from `a/b.ts`; the same for .cjs and .mjs. */
function sourceOf(output) {
  const [, stem, flavour] = output.match(/^(.*?)(?:\.d)?\.([cm]?)[jt]s(?:\.map)?$/) ?? [];
  return stem === undefined ? undefined : `${stem}.${flavour}ts`;
}
