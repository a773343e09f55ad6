// Which services are found: those of this user whose master takes connections, whether it answers or not.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { writeCard } from "#src/control/card.js";
import { CONTROL_SOCKET, type Info } from "#src/control/commands.js";
import { find, type Listed, list } from "#src/control/discovery.js";
import { ControlServer } from "#src/control/server.js";
import { makeFolder } from "#src/mesh/folder.js";
import { replaceProperty, setEnvironment, temporaryFolder } from "../../helpers/environment.js";
import { FakeGoverned, INFO } from "../../helpers/fake-governed.js";
import { abandonSocket, listenOn } from "../../helpers/unix-sockets.js";

test("services under every base are listed by name, those that do not answer among them", async (t) => {
  const { runtime, temporary } = bases(t);
  const silent = await listening(t, { name: "hung service", pid: 0 });
  setEnvironment(t, { XDG_RUNTIME_DIR: undefined });
  await answering(t);
  setEnvironment(t, { XDG_RUNTIME_DIR: runtime });
  assert.deepEqual(
    (await listIn(runtime, temporary)).map(({ name, state }) => [name, state]),
    [
      ["hung service", "silent"],
      ["shop", "answering"],
    ],
  );
  assert.equal((await find("hung service")).folder, silent);
  assert.equal((await find("0")).folder, silent);
});

test("what a killed master left, what is half made and what is none of ours is no service", async (t) => {
  const { runtime } = bases(t);
  const killed = makeFolder();
  writeCard(killed, INFO);
  await abandonSocket(join(killed, CONTROL_SOCKET));
  writeCard(makeFolder(), INFO);
  const nameless = makeFolder();
  await listenOn(t, createServer(), join(nameless, CONTROL_SOCKET));
  const strange = makeFolder();
  writeFileSync(join(strange, "service.json"), '{"name":"shop"}');
  await listenOn(t, createServer(), join(strange, CONTROL_SOCKET));
  symlinkSync(killed, join(runtime, "multi-node-link"));
  assert.deepEqual(await listIn(runtime), []);
  await assert.rejects(find("no such service"), { code: "MN_ERR_NO_SERVICE", message: /^no service / });
});

test("a service for whose file there was no room is found as long as its master answers", async (t) => {
  const { runtime } = bases(t);
  await answering(t);
  const [{ folder } = { folder: "" }] = await listIn(runtime);
  rmSync(join(folder, "service.json"));
  assert.deepEqual(
    (await listIn(runtime)).map(({ name, state }) => [name, state]),
    [["shop", "answering"]],
  );
  assert.equal((await find("shop")).folder, folder);
});

test("folders are the same by whatever name they are called", async (t) => {
  const { runtime: base } = bases(t);
  mkdirSync(join(base, "releases"));
  symlinkSync(join(base, "releases"), join(base, "current"));
  const cwd = join(base, "current");
  const folder = await listening(t, { cwd, script: join(cwd, "server.js") });
  await listening(t, { name: "other", pid: 12 });
  writeFileSync(join(cwd, "server.js"), "");
  for (const place of [cwd, join(base, "releases")]) {
    assert.equal((await find(undefined, place)).folder, folder);
    assert.equal((await find(place, "/")).folder, folder);
    assert.equal((await find("server.js", place)).folder, folder);
  }
  assert.equal((await find("current", base)).cwd, cwd);
});

test("another user's process is said to be that", async (t) => {
  bases(t);
  const own = process.getuid?.() ?? 0;
  await assert.rejects(find(String(process.pid)), { message: /^no service / });
  replaceProperty(t, process, "getuid", () => own + 1);
  await assert.rejects(find(String(process.pid)), {
    code: "MN_ERR_NO_SERVICE",
    message: `the process ${process.pid} belongs to the user with the id ${own}, and this is ${own + 1}: run this as that user`,
  });
});

/** Bases of this test's own; under /tmp there may be other services. */
function bases(t: TestContext): { runtime: string; temporary: string } {
  const [runtime, temporary] = [temporaryFolder(t), temporaryFolder(t)];
  setEnvironment(t, { XDG_RUNTIME_DIR: runtime, TMPDIR: temporary });
  return { runtime, temporary };
}

async function listIn(...own: string[]): Promise<Listed[]> {
  const listed = await list({ timeout: 200 });
  return listed.filter(({ folder }) => own.includes(dirname(folder)));
}

async function answering(t: TestContext): Promise<void> {
  const governed = new FakeGoverned(makeFolder());
  await new ControlServer(governed).open();
  t.after(() => governed.end());
}

/** As a master that is stopped: the system takes connections for it. */
async function listening(t: TestContext, info: Partial<Info>): Promise<string> {
  const folder = makeFolder();
  writeCard(folder, { ...INFO, ...info });
  await listenOn(t, createServer({ pauseOnConnect: true }), join(folder, CONTROL_SOCKET));
  return folder;
}
