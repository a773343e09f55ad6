// The example of a presence list: everybody sees everybody, and nobody stays online in a process that was killed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { within } from "../../helpers/deadline.js";
import { get } from "../../helpers/http.js";
import { EventStream } from "../../helpers/sse.js";
import { startExample, twoApart } from "./example.js";

interface Presence {
  online: string[];
  node: string;
  pid: number;
}

async function shows(stream: EventStream, ...names: string[]): Promise<Presence> {
  return stream.first<Presence>("message", ({ online }) => String(online) === String(names));
}

test("who is online is known everywhere, also when a process dies or ends", async (t) => {
  const { program, port } = await startExample(t, "presence");
  assert.equal((await get(port, "/")).status, 400);
  const names = ["Ann", "Bob"];
  const open = (): EventStream => EventStream.open(t, port, {}, `/?name=${names.shift() ?? "Bob"}`);
  const [ann, bob] = await twoApart(open, async (stream) => (await stream.first<Presence>("message")).node);
  await shows(ann, "Ann", "Bob");
  const { pid } = await shows(bob, "Ann", "Bob");

  const before = ann.events.length;
  process.kill(pid, "SIGKILL");
  assert.equal(await within(bob.over, "the stream of the killed process ends"), false);
  const gone = (): boolean =>
    ann
      .all<Presence>("message")
      .slice(before)
      .some(({ online }) => String(online) === "Ann");
  await ann.first("message", gone);

  const cleo = EventStream.open(t, port, {}, "/?name=Cleo");
  await shows(cleo, "Ann", "Cleo");
  await shows(ann, "Ann", "Cleo");
  cleo.close();
  program.kill("SIGTERM");
  assert.equal(await within(ann.over, "the stream ends"), true, "it was cut");
  assert.deepEqual(await program.ended(), { code: 0, signal: null }, program.stderr);
  await program.leavesNothing();
});
