// Holds src/ to its ranks: who may import whom, no cycles, pure files without I/O or clock, no overlong files.
// `node tools/check-ranks.mjs [folder]`: the folder is src/ unless given.

import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { filesIn } from "./lib/build.mjs";
import { root } from "./lib/paths.mjs";
import { cyclesIn } from "./ranks/cycles.mjs";
import { findingsIn, readModule } from "./ranks/rules.mjs";

const folder = resolve(process.argv[2] ?? join(root, "src"));
const paths = filesIn(folder).filter((path) => path.endsWith(".ts"));
const known = new Set(paths);
const modules = paths.map((path) => readModule(path, readFileSync(join(folder, path), "utf8"), known));

const findings = [...modules.flatMap((module) => placed(module.path, findingsIn(module))), ...cycleFindings()];
for (const { place, what, why } of findings) console.log(`${place}  ${what}\n    ${why}`);
console.log(`${modules.length} files checked, ${findings.length} findings`);
process.exitCode = findings.length > 0 || modules.length === 0 ? 1 : 0;

function placed(path, found) {
  return found.map(({ line, what, why }) => ({ place: placeOf(path, line), what, why }));
}

function cycleFindings() {
  return cyclesIn(modules).map((cycle) => {
    const { imports } = modules.find(({ path }) => path === cycle[0]);
    const { line } = imports.find(({ target }) => target === cycle[1]);
    return {
      place: placeOf(cycle[0], line),
      what: cycle.join(" -> "),
      why: "files do not import each other in a circle",
    };
  });
}

function placeOf(path, line) {
  return `${relative(process.cwd(), join(folder, path))}:${line}`;
}
