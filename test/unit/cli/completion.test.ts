// Completion: what each shell is told, and what bash makes of it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { completionFor } from "#src/cli/completion/scripts.js";
import { wordsOf } from "#src/cli/completion/words.js";
import { buildProgram } from "#src/cli/program.js";
import { flagOf, isGivenBy } from "#src/cli/settings/setting.js";
import { settings } from "#src/cli/settings/table.js";
import { temporaryFolder } from "../../helpers/environment.js";

const program = buildProgram([]);
const names = wordsOf(program).map(({ name }) => name);

function isThere(shell: string): boolean {
  return spawnSync(shell, ["-c", "exit 0"]).status === 0;
}

for (const shell of ["bash", "zsh", "fish"]) {
  const script = completionFor(shell, program) ?? "";

  test(`${shell}: names every command and every flag of a setting`, () => {
    for (const name of names) assert.ok(script.includes(name), name);
    for (const setting of settings.filter((one) => isGivenBy(one, "flag"))) {
      const flag = shell === "fish" ? `-l ${flagOf(setting).slice(2)}` : flagOf(setting);
      assert.ok(script.includes(flag), flag);
    }
  });

  test(`${shell}: its syntax is right`, { skip: !isThere(shell) && "not on this machine" }, (t) => {
    const file = join(temporaryFolder(t), "completion");
    writeFileSync(file, script);
    const checked = spawnSync(shell, ["-n", file], { encoding: "utf8" });
    assert.deepEqual([checked.status, checked.stderr], [0, ""]);
  });
}

test("a shell that is not known has none", () => assert.equal(completionFor("tcsh", program), undefined));

/** What bash offers for the last of these words, in a folder with a file `server.js`. */
function offered(folder: string, ...words: string[]): string[] {
  const quoted = ["multi-node", ...words].map((word) => `'${word}'`).join(" ");
  const code = `${completionFor("bash", program)}
    cd '${folder}'; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _multi_node; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", code], { encoding: "utf8" });
  assert.equal(stderr, "");
  return stdout.split("\n").filter((line) => line !== "");
}

test("what bash offers", { skip: !isThere("bash") && "not on this machine" }, (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "server.js"), "");
  const offers: [words: string[], offered: string[]][] = [
    [["conf"], ["config"]],
    [["ser"], ["server.js"]],
    [["run", "ser"], ["server.js"]],
    [["server.js", "--drain"], ["--drain-timeout"]],
    [["--bal"], ["--balance"]],
    [["run", "--balance", "st"], ["sticky"]],
    [["--balance", "le"], ["least-connections"]],
    [["run", "--config", "s"], ["server.js"]],
    [["run", "--nodes", ""], []],
    [["config", "--js"], ["--json"]],
    [["completion", "f"], ["fish"]],
    [["help", "ru"], ["run"]],
    [["server.js", "--", "--dr"], []],
  ];
  for (const [words, expected] of offers) assert.deepEqual(offered(folder, ...words), expected, words.join(" "));
});
