// Whatever kind of server a program has that knows nothing of this package, and whatever it listens on but ports.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { clients } from "../helpers/clients/server-kinds.js";
import { eventually } from "../helpers/deadline.js";
import { temporaryFolder } from "../helpers/environment.js";
import { allServe, runHosted, runPlain } from "../helpers/hosted.js";
import { get, getOver, portOf } from "../helpers/http.js";
import { Program, type Told } from "../helpers/program.js";

for (const kind of ["http", "https", "http2", "secure http2", "net", "tls"]) {
  test(`${kind}: its clients notice nothing, and a reload ends the old nodes in order`, async (t) => {
    const program = runHosted(t, "server-kind.js", { args: [kind] });
    const ask = clients[kind] as (port: number) => Promise<string>;
    const nodes = (await program.count("serves", 2)).map(({ pid }) => String(pid));
    const port = portOf(await allServe(program));
    assert.ok(nodes.includes(await ask(port)));
    program.kill("SIGHUP");
    await program.first("reload", ({ state }) => state === "done");
    assert.ok(!nodes.includes(await ask(port)));
    for (const { exit } of program.all("exit")) assert.equal((exit as { reason: string }).reason, "drained");
    await program.stop();
  });
}

for (const balance of ["shared", "least-connections"]) {
  test(`a path is the same socket over a reload, and its file is gone at the end, with balance ${balance}`, async (t) => {
    const path = join(temporaryFolder(t), "service.sock");
    const program = runHosted(t, "listens.js", { args: [[{ path }]], run: { balance } });
    const told = await program.count("serves", 2);
    assert.deepEqual(
      told.map(({ address }) => address),
      [path, path],
    );
    await allServe(program);
    const { ino } = statSync(path);
    await reloads(program);
    assert.equal(statSync(path).ino, ino);
    assert.equal((await getOver(path)).status, 200);
    await program.stop();
    assert.ok(!existsSync(path));
  });
}

for (const balance of ["shared", "round-robin"]) {
  for (const when of ["before", "at-exit"]) {
    test(`a program that removes its socket's file ${when} stays reachable, with balance ${balance}`, async (t) => {
      const folder = temporaryFolder(t);
      const path = join(folder, "service.sock");
      const program = runHosted(t, "unlinks.js", { args: [when, path], run: { balance } });
      await allServe(program);
      await reloads(program);
      const successors = program
        .all("serves")
        .slice(-2)
        .map(({ pid }) => String(pid));
      const answered = new Set<string>();
      await eventually(async () => {
        const { body } = await getOver(path).catch(() => ({ body: "" }));
        return answered.add(body).has(successors[0] as string) && answered.has(successors[1] as string);
      }, "both nodes answer");
      await program.stop();
      assert.equal(program.stderr.match(/its file was removed/g)?.length, 1);
      assert.deepEqual(readdirSync(folder), []);
    });
  }
}

test("who may use a socket is as the program says, and the same as without this package", async (t) => {
  const folder = temporaryFolder(t);
  for (const access of [{}, { readableAll: true }, { writableAll: true }, { readableAll: true, writableAll: true }]) {
    const place = { path: join(folder, "service.sock"), ...access };
    const plain = runPlain(t, "listens.js", { args: [[place]] });
    await plain.first("serves");
    const { mode } = statSync(place.path);
    plain.kill("SIGKILL");
    await plain.exit;
    const program = runHosted(t, "listens.js", { args: [[place]] });
    await allServe(program);
    assert.equal(statSync(place.path).mode, mode, JSON.stringify(access));
    await reloads(program);
    assert.equal(statSync(place.path).mode, mode, `${JSON.stringify(access)} after a reload`);
    await program.stop();
  }
});

test("a path is relative to the folder that the program runs in", async (t) => {
  const cwd = temporaryFolder(t);
  mkdirSync(join(cwd, "run"));
  const program = runHosted(t, "listens.js", { args: [[{ path: "run/service.sock" }]], cwd });
  await allServe(program);
  for (const { address } of program.all("serves")) assert.equal(address, "run/service.sock");
  assert.equal((await getOver(join(cwd, "run/service.sock"))).status, 200);
  await program.stop();
  assert.ok(!existsSync(join(cwd, "run/service.sock")));
});

test("the file of a path is gone too where the master was killed", async (t) => {
  const path = join(temporaryFolder(t), "service.sock");
  const program = runHosted(t, "listens.js", { args: [[{ path }]] });
  await allServe(program);
  program.kill("SIGKILL");
  await eventually(() => readdirSync(dirname(path)).length === 0, "the file goes, and its spare");
  await eventually(() => program.processes.length === 0, "the nodes end");
});

test("a descriptor that the master was started with is the program's too, over a reload", async (t) => {
  const { program, master } = await passSocket(t, "");
  const told = await program.first("passes");
  await answers(program, () => get(portOf(told)));
  process.kill(master.pid, "SIGHUP");
  await program.first("reload", ({ state }) => state === "done");
  await answers(program, () => get(portOf(told)));
  process.kill(master.pid, "SIGTERM");
  await program.leavesNothing();
});

test("so is that of a Unix socket, whose file is left to whoever made it", async (t) => {
  const path = join(temporaryFolder(t), "passed.sock");
  const { program, master } = await passSocket(t, path);
  await answers(program, () => getOver(path));
  process.kill(master.pid, "SIGTERM");
  await program.leavesNothing();
});

async function passSocket(t: TestContext, path: string): Promise<{ program: Program; master: Told }> {
  const options = { script: "listens.js", args: [JSON.stringify([{ fd: 3 }])] };
  const program = Program.start(t, "passes-socket.js", { args: [path, JSON.stringify(options)] });
  const master = await allServe(program);
  assert.equal(program.all("serves").length, 2);
  return { program, master };
}

async function answers(program: Program, ask: () => ReturnType<typeof get>): Promise<void> {
  const nodes = program.all("serves").map(({ pid }) => String(pid));
  assert.ok(nodes.includes((await ask()).body));
}

async function reloads(program: Program): Promise<void> {
  program.kill("SIGHUP");
  await program.first("reload", ({ state }) => state === "done");
}
