// tools/check-ranks.mjs on small made-up trees: what it lets pass, and what it names with file, line and reason.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../../../../tools/check-ranks.mjs", import.meta.url));

const SOUND = {
  "errors.ts": "export class MyError extends Error {}\n",
  "options.ts": 'import { existsSync } from "node:fs";\nimport { MyError } from "./errors.js";\n',
  "wire/frame.ts": 'import { MyError } from "../errors.js";\nimport type { Duplex } from "node:stream";\n',
  "wire/framed-stream.ts": 'import { frame } from "./frame.js";\nsetTimeout(() => {}, 1);\n',
  "mesh/mesh.ts": 'import { connect } from "node:net";\nimport { frame } from "../wire/frame.js";\n',
  "master/master.ts": 'import { mesh } from "../mesh/mesh.js";\nDate.now();\n',
  "master/fleet.ts": 'import type { Master } from "./master.js";\n',
  "node/runtime.ts": 'import { mesh } from "../mesh/mesh.js";\n',
  "control/client.ts": 'import { protocol } from "../options.js";\n',
  "listen.ts": 'import { master } from "./master/master.js";\nimport { runtime } from "./node/runtime.js";\n',
  "index.ts": 'export { listen } from "./listen.js";\nexport * as words from "./errors.js";\n',
  "cli/start.ts": 'import { listen } from "../index.js";\nimport { client } from "../control/client.js";\n',
};

test("a sound tree passes", () => {
  const { code, output } = check(SOUND);
  assert.equal(output, "12 files checked, 0 findings\n");
  assert.equal(code, 0);
});

const WRONG: [title: string, path: string, source: string, place: string, why: RegExp][] = [
  [
    "an import from a higher rank",
    "wire/up.ts",
    '\nimport { mesh } from "../mesh/mesh.js";\n',
    ":2",
    /wire is below mesh/,
  ],
  ["a re-export from a higher rank", "mesh/up.ts", 'export { x } from "../listen.js";\n', ":1", /mesh is below listen/],
  ["an import over many lines", "mesh/up.ts", 'import {\n  x,\n} from "../index.js";\n', ":1", /mesh is below index/],
  ["a dynamic import", "mesh/up.ts", 'await import("../listen.js");\n', ":1", /mesh is below listen/],
  [
    "node importing master",
    "node/a.ts",
    'import type { M } from "../master/master.js";\n',
    ":1",
    /never import each other/,
  ],
  ["a base file importing a room", "cpus.ts", 'import "./wire/frame.js";\n', ":1", /base is below wire/],
  ["the CLI reaching past its door", "cli/a.ts", 'import { x } from "../listen.js";\n', ":1", /cli\/ knows only/],
  ["a file that is not there", "mesh/a.ts", 'import { x } from "./gone.js";\n', ":1", /no such file/],
  ["an import without .js", "mesh/a.ts", 'import { x } from "./mesh";\n', ":1", /no such file/],
  ["an import of the package itself", "mesh/a.ts", 'import { x } from "multi-node";\n', ":1", /is relative/],
  ["a star export", "mesh/a.ts", 'export * from "./mesh.js";\n', ":1", /by hand/],
  ["I/O in a pure file", "wire/a.ts", 'import { readFileSync } from "node:fs";\n', ":1", /no I\/O module/],
  [
    "a stream as a value in a pure file",
    "wire/a.ts",
    'import { type Duplex, finished } from "node:stream";\n',
    ":1",
    /no I\/O/,
  ],
  [
    "a pure file using an impure one",
    "master/restart.ts",
    'import { x } from "./master.js";\n',
    ":1",
    /its types only/,
  ],
  ["a clock in a pure file", "master/balance.ts", "// Date.now()\nconst now = Date.now();\n", ":2", /take the time/],
  ["a timer in a pure file", "mesh/roster.ts", "setTimeout(() => {}, 1);\n", ":1", /take the time/],
  ["a room without a rank", "attic/a.ts", "export {};\n", ":1", /no known room|give the room a rank/],
  ["a file that is too long", "mesh/a.ts", "export {};\n".repeat(251), ":251", /at most 250/],
];

for (const [title, path, source, place, why] of WRONG) {
  test(`finds ${title}`, () => {
    const { code, output } = check({ ...SOUND, [path]: source });
    assert.match(output, new RegExp(`${path.replace(".", "\\.")}${place} `));
    assert.match(output, why);
    assert.match(output, /, 1 findings\n$/);
    assert.equal(code, 1);
  });
}

test("finds a circle, of types too", () => {
  const { code, output } = check({
    "mesh/a.ts": 'import { b } from "./b.js";\n',
    "mesh/b.ts": '\nimport type { C } from "./c.js";\n',
    "mesh/c.ts": 'import { a } from "./a.js";\n',
  });
  assert.match(output, /mesh\/a\.ts:1 {2}mesh\/a\.ts -> mesh\/b\.ts -> mesh\/c\.ts -> mesh\/a\.ts\n/);
  assert.match(output, /, 1 findings\n$/);
  assert.equal(code, 1);
});

const HARMLESS = [
  "// import { x } from '../listen.js';",
  '/* import { x } from "../listen.js"; Date.now() */',
  "const text = 'import { x } from \"../listen.js\"; setTimeout';",
  'const text = `import { x } from "../listen.js"; ${`${1} Date.now()`} setTimeout()`;',
  "const quote = /[\"'`/]/; const half = 4 / 2; // setTimeout()",
  "const given = new Date(0);",
  "export const imports = 1; export function from(): void {}",
];

test("text and comments are no imports and read no clock", () => {
  const { code, output } = check({ ...SOUND, "wire/text.ts": `${HARMLESS.join("\n")}\n` });
  assert.equal(output, "13 files checked, 0 findings\n");
  assert.equal(code, 0);
});

test("an empty folder is no success", () => {
  assert.equal(check({}).code, 1);
});

function check(tree: Record<string, string>): { code: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), "mn-ranks-"));
  try {
    for (const [path, source] of Object.entries(tree)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), source);
    }
    const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, folder], { encoding: "utf8" });
    assert.equal(stderr, "");
    return { code: status, output: stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
