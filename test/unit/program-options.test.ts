// Which options of Node its nodes may have, and what their environment may hold.
import assert from "node:assert/strict";
import { test } from "node:test";
import { completeProgram } from "#src/program-options.js";

const TAKEN = [
  [],
  ["--max-old-space-size=200"],
  ["--env-file", ".env", "--env-file-if-exists=.env.local"],
  ["--require", "./hook.cjs", "-r", "./hook.cjs", "--import", "tsx"],
  ["-C", "development", "--enable-source-maps"],
  ["--watchful", "--test-like=1", "--inspector"],
];
const REFUSED: [words: string[], why: RegExp][] = [
  [["--watch"], /^option nodeArgs: --watch cannot be used: .*setting watch/],
  [["--enable-source-maps", "--watch-path=src"], /--watch-path cannot be used/],
  [["--test"], /--test cannot be used: Node would not run the program$/],
  [["-e", "code"], /-e cannot be used/],
  [["--eval=code"], /--eval cannot be used/],
  [["-p", "1"], /-p cannot be used/],
  [["--check"], /--check cannot be used/],
  [["--run", "build"], /--run cannot be used/],
  [["--inspect"], /--inspect cannot be used: .*multi-node inspect/],
  [["--inspect-brk=0"], /--inspect-brk cannot be used/],
  [["--version"], /--version cannot be used/],
  [["server.js"], /^option nodeArgs: server.js is no option of Node$/],
  [["--require=./hook.cjs", "server.js"], /server.js is no option of Node/],
  [["-"], /- is no option of Node/],
  [["--"], /-- is no option of Node/],
];

for (const words of TAKEN) {
  test(`taken: ${words.join(" ") || "none"}`, () => {
    assert.deepEqual(completeProgram({ nodeArgs: words }).nodeArgs, words);
  });
}

for (const [words, message] of REFUSED) {
  test(`refused: ${words.join(" ")}`, () => {
    assert.throws(() => completeProgram({ nodeArgs: words }), { name: "UsageError", code: "MN_ERR_OPTION", message });
  });
}

test("variables are texts, and undefined stays, as it removes one", () => {
  const { env } = completeProgram({ env: { PORT: 80, DEBUG: true, HOME: undefined, A: "a" } });
  assert.deepEqual(env, { PORT: "80", DEBUG: "true", HOME: undefined, A: "a" });
});
