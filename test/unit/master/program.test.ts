// Which program the nodes run, with which arguments of Node's own, and in which folder: that of the shell, by its name.
import assert from "node:assert/strict";
import { mkdirSync, realpathSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type TestContext, test } from "node:test";
import { environmentOf, programOf } from "#src/master/program.js";
import { replaceProperty, setEnvironment, temporaryFolder } from "../../helpers/environment.js";

const HOME = process.cwd();

test("this process' own program, with its arguments and those of Node", (t) => {
  running(t, ["--max-old-space-size=200", "--import", "./setup.js"], ["/srv/program.js", "--port", "80"]);
  assert.deepEqual(programOf(undefined, undefined), {
    script: "/srv/program.js",
    args: ["--port", "80"],
    execArgv: ["--max-old-space-size=200", "--import", "./setup.js"],
    cwd: HOME,
    env: {},
  });
});

test("other arguments, or none", (t) => {
  running(t, [], ["/srv/program.js", "--port", "80"]);
  assert.deepEqual(programOf(undefined, []).args, []);
  assert.deepEqual(programOf(undefined, ["-v"]).args, ["-v"]);
});

test("another program, found from the present folder", (t) => {
  running(t, [], ["/srv/program.js", "--port", "80"]);
  const { script, args, execArgv } = programOf("worker.js", []);
  assert.deepEqual({ script, args, execArgv }, { script: resolve("worker.js"), args: [], execArgv: [] });
});

test("a program in another folder, with options of Node behind those of this process, is found from the present folder", (t) => {
  running(t, ["--enable-source-maps"], ["/srv/program.js"]);
  const settings = { env: { MODE: "quiet" }, cwd: "..", nodeArgs: ["--env-file=.env"] };
  const { script, execArgv, cwd, env } = programOf("worker.js", [], settings);
  assert.deepEqual([script, execArgv], [resolve("worker.js"), ["--enable-source-maps", "--env-file=.env"]]);
  assert.deepEqual([cwd, env], [resolve(".."), { PWD: resolve(".."), MODE: "quiet" }]);
});

test("a node's environment: this process' own, what is given for it, and its slot above all", (t) => {
  setEnvironment(t, { MN_KEPT: "1", MN_REPLACED: "1", MN_REMOVED: "1" });
  const env = { MN_REPLACED: "2", MN_REMOVED: undefined, NODE_APP_INSTANCE: "9" };
  const { MN_KEPT, MN_REPLACED, MN_REMOVED, NODE_APP_INSTANCE, MULTI_NODE_SLOT } = environmentOf({ env }, 3);
  assert.deepEqual([MN_KEPT, MN_REPLACED, MN_REMOVED], ["1", "2", undefined]);
  assert.deepEqual([NODE_APP_INSTANCE, MULTI_NODE_SLOT], ["3", "3"]);
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

test("in a folder that a link leads to, the program is found by the link, so that it may lead elsewhere later", (t) => {
  const { folder, current } = releases(t);
  enter(t, current, current);
  running(t, [], [resolve("server.js")]);
  const { cwd, script } = programOf(undefined, undefined);
  assert.deepEqual([cwd, script], [current, join(current, "server.js")]);
  unlinkSync(current);
  symlinkSync(join(folder, "2"), current);
  assert.equal(realpathSync(script), join(folder, "2", "server.js"));
});

test("a program below that folder is found by the link too, another one stays where it is", (t) => {
  const { folder, current } = releases(t);
  enter(t, current, current);
  for (const [script, found] of [
    ["lib/server.js", join(current, "lib", "server.js")],
    ["..server.js", join(current, "..server.js")],
    ["/srv/other.js", "/srv/other.js"],
    ["../2/server.js", join(folder, "2", "server.js")],
    [join(folder, "2", "server.js"), join(folder, "2", "server.js")],
  ] as const) {
    assert.equal(programOf(script, []).script, found);
  }
});

test("a name of the folder that is not its own, or none, is not believed", (t) => {
  const { folder, current } = releases(t);
  for (const name of [undefined, "", "current", join(folder, "2"), join(folder, "no-such"), "/"]) {
    enter(t, current, name);
    const { cwd, script } = programOf("server.js", []);
    assert.deepEqual([cwd, script], [join(folder, "1"), join(folder, "1", "server.js")], `PWD ${name}`);
  }
});

/** Two releases of a program, and a link to the first of them. */
function releases(t: TestContext): { folder: string; current: string } {
  const folder = realpathSync(temporaryFolder(t));
  for (const release of ["1", "2"]) {
    mkdirSync(join(folder, release));
    writeFileSync(join(folder, release, "server.js"), "");
  }
  const current = join(folder, "current");
  symlinkSync(join(folder, "1"), current);
  return { folder, current };
}

/** As a shell enters a folder, which tells by what name; the system itself knows the real one only. */
function enter(t: TestContext, folder: string, name: string | undefined): void {
  t.after(() => process.chdir(HOME));
  process.chdir(folder);
  setEnvironment(t, { PWD: name });
}

function running(t: TestContext, execArgv: string[], argv: string[]): void {
  replaceProperty(t, process, "execArgv", execArgv);
  replaceProperty(t, process, "argv", [process.execPath, ...argv]);
}
