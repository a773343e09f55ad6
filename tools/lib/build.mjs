// Build: compiles src/ and test/ with `tsc --build`, keeps their output folders free of files without a source, and bundles.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { binOf, giveUp, root, say } from "./paths.mjs";

const PROJECTS = [
  { source: "src", output: "dist", state: "build/src.tsbuildinfo" },
  { source: "test", output: "build/test", state: "build/test.tsbuildinfo" },
];

/** Builds what has changed. Ends the process, after the compiler's own messages, when that fails. */
export function build() {
  for (const project of PROJECTS) tidy(project);
  say("building (tsc --build)");
  compile("src");
  // A process of its own, as esbuild keeps one for its next call: beside the demo it would stay for as long as that runs.
  const bundled = spawnSync(process.execPath, [join(root, "tools", "bundle.mjs")], { stdio: "inherit" });
  if (bundled.status !== 0) giveUp("the bundles could not be made: see the message above");
  // Tests that are CommonJS take the types that stand beside the bundle.
  compile("test");
}

function compile(project) {
  const done = spawnSync(process.execPath, [binOf("typescript", "tsc"), "--build", join(root, project)], {
    cwd: root,
    stdio: ["ignore", process.stderr.fd, "inherit"],
  });
  if (done.status !== 0) giveUp("the build failed: see the compiler's messages above");
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
  const outputs = filesIn(folder).filter((name) => sourceOf(name) !== undefined && !name.startsWith("bundle/"));
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
