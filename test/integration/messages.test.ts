// Channels between real processes: who hears what, and what a program can rely on when others come and go.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Peer } from "multi-node";
import type { Told } from "../helpers/program.js";
import { type OrderFailed, Service } from "../helpers/service.js";

interface Note {
  from: string;
  to?: string;
  text?: string;
}

test("a message reaches every process but its sender, whatever kind of value it is", async (t) => {
  const service = await start(t, 2);
  const [master, node] = await service.members("master", "node-1");
  assert.equal(await node.do("post", "from a node"), true);
  await heard(service, "from a node", "master", "node-2");
  await master.do("post", "from the master");
  await heard(service, "from the master", "node-1", "node-2");
  await master.do("postRich");
  const rich = await service.program.count("heard-rich", 3);
  assert.deepEqual(Object.fromEntries(rich.map(({ id, same }) => [id, same])), {
    master: true,
    "node-1": true,
    "node-2": true,
  });
  await service.program.stop();
  assert.deepEqual(hearersOf(service, "from a node"), ["master", "node-2"], "nobody hears it twice, nor the sender");
});

test("other channels of the name in the sender's process hear it too, and what cannot be cloned throws there", async (t) => {
  const service = await start(t, 1);
  const [master, node] = await service.members("master", "node-1");
  await node.do("hearTwice");
  await node.do("post", "to myself");
  const [twice] = await service.program.count("heard-twice", 1);
  assert.deepEqual(twice?.["note"], { from: "node-1", text: "to myself" });
  await assert.rejects(
    master.do("postFunction"),
    ({ error }: OrderFailed) => error["name"] === "DataCloneError" && error["code"] === 25,
  );
  await master.do("post", "afterwards");
  await heard(service, "afterwards", "node-1");
  await service.program.stop();
});

test("of each pair, each hears the other from the moment that it has joined, and not after it has left", async (t) => {
  const service = await start(t, 3);
  const victim = await service.member("node-2");
  await Promise.allSettled([victim.do("postAndDie", 5_000)]);
  await service.program.first("ready", ({ id }) => id === "node-4");
  await greeted(service, "node-4", ["master", "node-1", "node-3"]);
  await service.program.stop();
  for (const id of ["master", "node-1", "node-2", "node-3", "node-4"]) isInOrder(linesOf(service, id));
  for (const id of ["master", "node-1", "node-3"]) {
    const last = notesOf(linesOf(service, id)).filter(({ text }) => text?.startsWith("last "));
    assert.deepEqual(
      last.map(({ text }) => text),
      last.map((_, number) => `last ${number}`),
      "a beginning without a gap",
    );
  }
});

test("a node that comes late hears what is sent from then on, and nothing from before", async (t) => {
  const service = await start(t, 1);
  const master = await service.member("master");
  await master.do("post", "early");
  await master.do("resize", 2);
  await greeted(service, "node-2", ["master", "node-1"]);
  await master.do("post", "late");
  await heard(service, "late", "node-1", "node-2");
  await service.program.stop();
  assert.deepEqual(hearersOf(service, "early"), ["node-1"]);
});

function start(t: TestContext, nodes: number): Promise<Service> {
  return Service.start(t, "talks.js", { nodes });
}

/** Resolves when all of them have heard it. */
async function heard({ program }: Service, text: string, ...ids: string[]): Promise<void> {
  for (const id of ids) await program.first("heard", (line) => line.id === id && (line["note"] as Note).text === text);
}

/** Resolves when that process and each of the others have greeted each other. */
async function greeted({ program }: Service, id: string, others: string[]): Promise<void> {
  const pairs = others.flatMap<[string, string]>((other) => [
    [id, other],
    [other, id],
  ]);
  for (const [from, to] of pairs) {
    await program.first("heard", (line) => {
      const note = line["note"] as Note;
      return line.id === to && note.from === from && note.to === to;
    });
  }
}

function hearersOf({ program }: Service, text: string): string[] {
  const lines = program.all("heard").filter((line) => (line["note"] as Note).text === text);
  return lines.map(({ id }) => id).sort();
}

function linesOf({ program }: Service, id: string): Told[] {
  return program.told.filter((line) => line.id === id);
}

function notesOf(lines: Told[]): Note[] {
  return lines.filter(({ event }) => event === "heard").map((line) => line["note"] as Note);
}

/** Of each other process: join, then its first greeting and its stream, and leave behind all that it sent. */
function isInOrder(lines: Told[]): void {
  const present: string[] = [];
  for (const line of lines) {
    const { event, id } = line;
    const other = ((line["peer"] as Peer | undefined)?.id ?? (line["note"] as Note | undefined)?.from) as string;
    if (event === "join") present.push(other);
    if (event === "leave") present.splice(present.indexOf(other), 1);
    if (event === "join" || event === "leave") assert.deepEqual(line["peers"], present, `peers of ${id} at ${event}`);
    if (event === "heard" || event === "node") assert.ok(present.includes(other), `${event} of ${other} in ${id}`);
  }
  const joined = lines.filter(({ event }) => event === "join").map(({ peer }) => (peer as Peer).id);
  const greetings = notesOf(lines).filter(({ to }) => to === lines[0]?.id);
  assert.deepEqual(greetings.map(({ from }) => from).sort(), joined.sort(), "each that joins greets, and once");
}
