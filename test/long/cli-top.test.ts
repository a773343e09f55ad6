// `top` in a terminal: what its screen shows, what its keys do, and that the terminal is as before afterwards.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { eventually } from "../helpers/deadline.js";
import { FakeService, openFake } from "../helpers/fake-service.js";
import { portOf } from "../helpers/http.js";
import { Program } from "../helpers/program.js";
import { exitOf } from "../helpers/status-of.js";
import { TestTerminal, whyNoTerminal } from "../helpers/terminal.js";

const skip = whyNoTerminal() ?? false;
const QUICK = ["--interval", "50ms"];

test("a real service: watched, scaled, drained, killed and reloaded with keys", { skip }, async (t) => {
  const program = Program.start(t, "http.js", { args: ['{"name":"watched"}'] });
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const top = TestTerminal.start(t, ["top", "-s", "watched", ...QUICK], program);
  const lines = await top.shows(/> node-1 +\d+ +serving[^]*\n {2}node-2 +\d+ +serving/);
  assert.match(lines[0] ?? "", /^watched \(pid \d+\), up /);
  assert.equal(lines[1], `2 of 2 serve at 127.0.0.1:${port}`);
  assert.match(lines[2] ?? "", /^requests\/s .* CPU .* memory .* connections/);
  assert.match(lines[4] ?? "", /^ {2}NODE +PID +STATE +UPTIME +REQ\/S +CPU +MEMORY/);
  assert.match(lines[19] ?? "", /q quit$/);
  assert.equal(lines.length, 20);
  top.press("+");
  await top.shows(/3 of 3 serve[^]*node-3 [^]*3 nodes serve\n/);
  top.press("\u001b[Bd");
  await top.shows(/node-4 +\d+ +serving[^]*node-2 was replaced\n/);
  const [, pid = ""] = (await top.shows(/> node-4 +(\d+)/)).join("\n").match(/> node-4 +(\d+)/) ?? [];
  top.press("K");
  await top.shows(new RegExp(`kill node-4 \\(pid ${pid}\\)\\? y or n\n`));
  top.press("y");
  const exit = await program.first("exit", ({ exit }) => (exit as { id: string }).id === "node-4");
  assert.equal((exit["exit"] as { signal: string }).signal, "SIGKILL");
  await top.shows(/3 of 3 serve[^]*> node-5 +\d+ +serving/);
  top.press("r");
  await top.shows(/node-6 +\d+ +serving[^]*reloaded\n/);
  top.press("q");
  await restored(top, 0);
  await program.stop();
});

test("the log, help and another size of the terminal", { skip }, async (t) => {
  const [service, top] = await watched(t);
  for (let index = 1; index <= 50; index++) service.feed.write("node-1", `line ${index}`);
  top.press("l");
  await top.shows(/\nLOG\n[^]*node-1 \| line 50\n/);
  service.feed.write("node-2", "and on");
  await top.shows(/line 50\nnode-2 \| and on\n/);
  top.press("?");
  await top.shows(/drain the chosen node and put another in its place/);
  await eventually(() => service.feed.followers.size === 0, "the log is not followed any more");
  top.press("\u001b");
  await top.shows(/> node-1 /);
  await top.resize(60, 8);
  await eventually(
    () => top.screen.lines.length === 8 && top.screen.lines[7]?.startsWith("↑↓ choose") === true,
    "8 rows",
  );
  assert.ok(top.screen.lines.every((line) => line.length <= 60));
  top.press("\u0003");
  await restored(top, 0);
});

test("an order that is given up, and how a node ended", { skip }, async (t) => {
  const [service, top] = await watched(t);
  service.done = eventually(() => service.watchers > 0, "it is ordered").then(() => {
    service.tell({ type: "exit", exit: exitOf({ id: "node-3", lastError: "SyntaxError: what" }) });
    throw new Error("the reload was given up, the old nodes go on");
  });
  top.press("r");
  await top.shows(/the reload was given up, the old nodes go on\n/);
  assert.match(top.written, /node-3 .*ended: code 1 after 2 s, SyntaxError: what/);
  top.press("q");
  await restored(top, 0);
});

test("a service that is stopped or goes away is shown as that, and comes back", { skip }, async (t) => {
  const folder = Program.start(t, "http.js", { args: ['{"name":"passing"}'] });
  await folder.first("ready", ({ id }) => id === "master");
  const words = ["top", "-s", "passing", "--timeout", "0.3s", ...QUICK];
  const top = TestTerminal.start(t, words, folder);
  await top.shows(/2 of 2 serve/);
  folder.kill("SIGSTOP");
  await top.shows(/no answer for \d+ s, what is shown is old: the master has not answered for 0.3 s/);
  folder.kill("SIGCONT");
  await top.shows(/2 of 2 serve/);
  await folder.stop();
  await top.shows(/no answer for \d+ s, what is shown is old: no service/);
  const next = Program.start(t, "http.js", { args: ['{"name":"passing","nodes":3}'], folder: folder.folder });
  await top.shows(/3 of 3 serve/);
  top.press("q");
  await restored(top, 0);
  await next.stop();
});

for (const [signal, code] of [
  ["SIGTERM", 143],
  ["SIGINT", 130],
  ["SIGHUP", 129],
] as const) {
  test(`${signal} gives the terminal back`, { skip }, async (t) => {
    const [, top] = await watched(t);
    process.kill(await top.pid(), signal);
    await restored(top, code);
  });
}

test("Ctrl-Z gives the terminal back until it goes on", { skip }, async (t) => {
  const [, top] = await watched(t);
  top.press("\u001a");
  // This terminal has no shell that could let it go on, so it is not stopped.
  // oxlint-disable-next-line no-control-regex -- what a terminal is told
  await top.matched(/\u001b\[\?1049l[^]*\u001b\[\?1049h/);
  await top.shows(/2 of 2 serve/);
  top.press("q");
  await restored(top, 0);
});

test("status fits the terminal", { skip }, async (t) => {
  const [, folder] = await openFake(t);
  const status = TestTerminal.start(t, ["status", "-s", "fake"], { folder, columns: 60 });
  assert.equal(await status.code(), 0);
  const lines = status.screen.lines;
  assert.ok(
    lines.every((line) => line.length <= 60),
    lines.join("\n"),
  );
  // The nodes of the fake are old by this machine's clock, so how wide a column is depends on the day.
  assert.ok(lines.filter((line) => line.startsWith("NODE")).length >= 2, "columns continue below");
});

async function watched(t: TestContext): Promise<[FakeService, TestTerminal]> {
  const [service, folder] = await openFake(t);
  const top = TestTerminal.start(t, ["top", "-s", "fake", ...QUICK], { folder });
  await top.shows(/2 of 2 serve/);
  return [service, top];
}

async function restored(top: TestTerminal, code: number): Promise<void> {
  assert.equal(await top.code(), code);
  assert.deepEqual([top.screen.alternate, top.screen.cursor, top.screen.wrap], ["off", "shown", "on"]);
}
