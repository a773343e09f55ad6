// Packs what would be published, looks at what is in it, and uses it from a small ESM and a small CommonJS program.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { succeeds, tool } from "./lib/commands.mjs";
import { npmCommand, root, say } from "./lib/paths.mjs";

const NEEDED = [
  "package.json",
  "README.md",
  "LICENSE",
  "CHANGELOG.md",
  "dist/bundle/index.js",
  "dist/bundle/make-master.js",
  "dist/bundle/preload.js",
  "dist/bundle/preload.cjs",
  "dist/bundle/cli.js",
  "dist/bundle/index.cjs",
  "dist/bundle/index.d.cts",
  "dist/index.d.ts",
  "src/index.ts",
];
const ALLOWED =
  /^(?:(?:package\.json|README\.md|LICENSE|CHANGELOG\.md)$|docs\/.*\.md$|src\/.*\.ts$|dist\/.*\.(?:c?js|d\.c?ts)(?:\.map)?$)/;
/** How programs for Node are compiled; the first two allow no require() of an ES module. */
const MODULES = ["node16", "node18", "nodenext"];
const CONSUMER = join(root, "build", "consumer");

let packed;

/** The path of the packed file, made once per run. */
export async function packedFile() {
  packed ??= pack();
  return packed.path;
}

/** Is everything in the package that belongs there, and nothing else? */
export async function checkPackage() {
  await packedFile();
  const missing = NEEDED.filter((name) => !packed.files.includes(name));
  const stray = packed.files.filter((name) => !ALLOWED.test(name));
  for (const name of missing) say(`the package lacks ${name}`);
  for (const name of stray)
    say(`the package holds ${name}: add it to ALLOWED in tools/package-checks.mjs, or leave it out`);
  console.log(`${packed.files.length} files, ${packed.size} bytes packed, ${packed.unpackedSize} unpacked`);
  return missing.length + stray.length === 0;
}

/** Do the published types hold for both kinds of program, and do both load it? */
export async function checkTypes() {
  const folder = join(CONSUMER, "node_modules", "multi-node");
  rmSync(CONSUMER, { recursive: true, force: true });
  cpSync(join(root, "tools", "consumer"), CONSUMER, { recursive: true });
  mkdirSync(folder, { recursive: true });
  // Without a package.json of its own, the name multi-node would mean the repository around it.
  writeFileSync(join(CONSUMER, "package.json"), '{ "name": "consumer", "private": true }\n');
  if (!(await succeeds("tar", ["-xzf", await packedFile(), "-C", folder, "--strip-components=1"]))) return false;
  for (const module of MODULES) {
    if (!(await tool("typescript", ["--project", CONSUMER, "--module", module], "tsc"))) return false;
  }
  const loaded = [];
  for (const file of ["esm.mjs", "cjs.cjs"]) loaded.push(await succeeds(process.execPath, [join(CONSUMER, file)]));
  return loaded.every(Boolean);
}

function pack() {
  const destination = join(root, "build", "pack");
  rmSync(destination, { recursive: true, force: true });
  mkdirSync(destination, { recursive: true });
  const [command, ...first] = npmCommand();
  // The checks come after a build, so prepack, which builds, is not needed.
  const args = [...first, "pack", "--json", "--ignore-scripts", "--pack-destination", destination];
  const { status, stdout } = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`npm pack ended with code ${status}`);
  const told = JSON.parse(stdout);
  const { filename, files, size, unpackedSize } = Array.isArray(told) ? told[0] : Object.values(told)[0];
  return { path: join(destination, filename), files: files.map(({ path }) => path), size, unpackedSize };
}
