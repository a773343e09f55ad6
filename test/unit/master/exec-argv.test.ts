// Which of the master's own options of Node its nodes get: none that evaluates a text, none of an inspector.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { evaluatesText, execArgvForNodes } from "#src/master/exec-argv.js";

const KEPT = [
  [],
  ["--enable-source-maps"],
  ["--max-old-space-size=200", "--import", "./setup.js"],
  ["--require", "./hook.cjs", "-r", "./hook.cjs"],
  ["--inspect-like=1", "--evaluate", "--print-code", "--checks"],
  ["--experimental-loader", "./loader.js", "--no-warnings"],
];
const DROPPED = [
  ["--inspect"],
  ["--inspect=9229"],
  ["--inspect=127.0.0.1:0"],
  ["--inspect-brk"],
  ["--inspect-brk=9230"],
  ["--inspect-wait"],
  ["--inspect-port=0"],
  ["--inspect-port", "0"],
  ["--inspect-publish-uid=http"],
  ["--inspect-publish-uid", "stderr,http"],
  ["-e", "code"],
  ["--eval", "code"],
  ["--eval=code"],
  ["-p", "code"],
  ["--print", "code"],
  ["-pe", "code"],
  ["-i"],
  ["--interactive"],
  ["-c"],
  ["--check"],
];
const EVALUATING = DROPPED.filter(([word = ""]) => /^(-e|-p|-pe|--eval|--print)\b/.test(word));

for (const words of KEPT) {
  test(`kept: ${words.join(" ") || "nothing"}`, () => {
    assert.deepEqual(execArgvForNodes(words), words);
    assert.equal(evaluatesText(words), false);
  });
}

for (const words of DROPPED) {
  test(`the master's alone: ${words.join(" ")}`, () => {
    assert.deepEqual(execArgvForNodes(words), []);
    assert.deepEqual(execArgvForNodes(["--a", ...words, "--b=1"]), ["--a", "--b=1"]);
    assert.equal(evaluatesText(["--a", ...words]), EVALUATING.includes(words));
  });
}

test("property: what is kept is kept in order, whatever of the master's stands between, and twice is as once", () => {
  const words = fc.array(fc.constantFrom(...KEPT, ...DROPPED), { maxLength: 10 });
  fc.assert(
    fc.property(words, (list) => {
      const kept = execArgvForNodes(list.flat());
      assert.deepEqual(kept, list.filter((group) => KEPT.includes(group)).flat());
      assert.deepEqual(execArgvForNodes(kept), kept);
    }),
  );
});
