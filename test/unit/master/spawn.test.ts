// Which program the nodes run, with which arguments of Node's own.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { type TestContext, test } from "node:test";
import { programOf } from "#src/master/spawn.js";
import { replaceProperty } from "../../helpers/environment.js";

test("this process' own program, with its arguments and those of Node", (t) => {
  running(t, ["--max-old-space-size=200", "--import", "./setup.js"], ["/srv/program.js", "--port", "80"]);
  assert.deepEqual(programOf(undefined, undefined), {
    script: "/srv/program.js",
    args: ["--port", "80"],
    execArgv: ["--max-old-space-size=200", "--import", "./setup.js"],
  });
});

test("other arguments, or none", (t) => {
  running(t, [], ["/srv/program.js", "--port", "80"]);
  assert.deepEqual(programOf(undefined, []).args, []);
  assert.deepEqual(programOf(undefined, ["-v"]).args, ["-v"]);
});

test("another program, found from the present folder", (t) => {
  running(t, [], ["/srv/program.js", "--port", "80"]);
  assert.deepEqual(programOf("worker.js", []), { script: resolve("worker.js"), args: [], execArgv: [] });
});

test("an inspector's port is this process' own", (t) => {
  running(t, ["--inspect", "--inspect-brk=9230", "--inspect-port=0", "--enable-source-maps"], ["/srv/program.js"]);
  assert.deepEqual(programOf(undefined, undefined).execArgv, ["--enable-source-maps"]);
});

test("an inspector's port is this process' own, as a word of its own too", (t) => {
  running(t, ["--inspect-port", "0", "--enable-source-maps"], ["/srv/program.js"]);
  assert.deepEqual(programOf(undefined, undefined).execArgv, ["--enable-source-maps"]);
});

for (const execArgv of [[], ["-e", "code"], ["--eval", "code"], ["-p", "code"], ["-pe", "code"], ["--eval=code"]]) {
  test(`without a program file one has to be given: ${execArgv.join(" ") || "the prompt"}`, (t) => {
    running(t, execArgv, execArgv.length > 0 ? ["argument"] : []);
    assert.throws(() => programOf(undefined, undefined), {
      name: "UsageError",
      code: "MN_ERR_OPTION",
      message: "option script: this process runs no program file, so one must be given",
    });
  });
}

for (const execArgv of [["-e", "code"], ["--eval", "code"], ["--eval=code"], ["-pe", "code"], ["--print", "code"]]) {
  test(`what this process evaluates is not the nodes' program: ${execArgv.join(" ")}`, (t) => {
    running(t, ["--enable-source-maps", ...execArgv], []);
    assert.deepEqual(programOf("/srv/worker.js", []).execArgv, ["--enable-source-maps"]);
  });
}

function running(t: TestContext, execArgv: string[], argv: string[]): void {
  replaceProperty(t, process, "execArgv", execArgv);
  replaceProperty(t, process, "argv", [process.execPath, ...argv]);
}
