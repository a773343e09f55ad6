// stickyCookie: a client comes back to the node that answered it first, so that sessions in memory are kept.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Browser } from "../helpers/clients/browser.js";
import { eventually } from "../helpers/deadline.js";
import { allServe, runHosted } from "../helpers/hosted.js";
import { portOf } from "../helpers/http.js";
import type { Program } from "../helpers/program.js";

const BROWSERS = 40;

interface Visit {
  visits: number;
  pid: number;
}

test("each of 40 clients keeps its session, with a new connection for each request, and all nodes serve some", async (t) => {
  const { program, browsers } = await start(t);
  await all(browsers);
  await all(browsers);
  const visits = await all(browsers);
  assert.deepEqual(new Set(visits.map((visit) => visit.visits)), new Set([3]));
  assert.equal(new Set(visits.map(({ pid }) => pid)).size, 4);
  await program.stop();
});

test("when a node dies, only its own clients begin anew, and each of them just once", async (t) => {
  const { program, browsers } = await start(t);
  const before = await all(browsers);
  const dead = before[0]?.pid ?? 0;
  process.kill(dead, "SIGKILL");
  await program.first("exit");
  const after = await all(browsers);
  for (const [index, { pid, visits }] of after.entries()) {
    const isLost = before[index]?.pid === dead;
    assert.equal(visits, isLost ? 1 : 2);
    if (!isLost) assert.equal(pid, before[index]?.pid);
  }
  await program.count("bound", 5);
  const later = await all(browsers);
  assert.deepEqual(
    later.map(({ visits, pid }) => [visits, pid]),
    after.map(({ visits, pid }) => [visits + 1, pid]),
  );
  await program.stop();
});

test("a reload moves no client to another slot", async (t) => {
  const { program, browsers } = await start(t);
  await all(browsers);
  const slots = browsers.map(({ cookies }) => cookies.get("node"));
  program.kill("SIGHUP");
  await program.first("reload", ({ state }) => state === "done");
  const old = program.all("bound").slice(0, 4);
  await eventually(() => !old.some(({ pid }) => program.processes.includes(pid)), "the old nodes end");
  await all(browsers);
  assert.deepEqual(
    browsers.map(({ cookies }) => cookies.get("node")),
    slots,
  );
  await program.stop();
});

async function start(t: TestContext): Promise<{ program: Program; browsers: Browser[] }> {
  const run = { nodes: 4, balance: "sticky", stickyCookie: "node" };
  const program = runHosted(t, "sessions.js", { run });
  await allServe(program);
  const port = portOf(await program.first("bound"));
  return { program, browsers: Array.from({ length: BROWSERS }, () => new Browser(port)) };
}

async function all(browsers: readonly Browser[]): Promise<Visit[]> {
  return Promise.all(browsers.map(async (browser) => JSON.parse(await browser.visit()) as Visit));
}
