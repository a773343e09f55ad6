// Every exchange in docs/control.md happens as it stands there, in that order, with a real service.
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { basename, join } from "node:path";
import { test } from "node:test";
import { type Answer, CONTROL_SOCKET, type Request } from "#src/control/commands.js";
import { COMMANDS } from "#src/control/requests.js";
import { Program } from "../helpers/program.js";
import { RawControl } from "../helpers/raw-control.js";
import { controlFolders } from "../helpers/steering.js";

const document = readFileSync(new URL("../../../docs/control.md", import.meta.url), "utf8");
const lines = [...document.matchAll(/^([<>]) (\{.*\})$/gm)];
const requests = lines.filter(([, way]) => way === ">").map(([, , json = ""]) => JSON.parse(json) as Request);
const answers = lines.filter(([, way]) => way === "<").map(([, , json = ""]) => JSON.parse(json) as Answer);

test("each command has its section, and an example", () => {
  const sections = [...document.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
  assert.deepEqual(new Set(sections), new Set(COMMANDS));
  for (const command of COMMANDS)
    assert.ok(
      requests.some((request) => request.command === command),
      command,
    );
});

test("what is asked there is answered as it stands there", async (t) => {
  const program = Program.start(t, "writes.js", { args: ['{"nodes":2}'] });
  await program.first("ready", ({ id }) => id === "master");
  const client = new RawControl(connect(join(controlFolders(program)[0] ?? "", CONTROL_SOCKET)));
  t.after(() => client.stream.destroy());
  for (const request of requests) await ask(client, request, program.folder);
  assert.deepEqual(await program.ended(), { code: 0, signal: null });
  await program.leavesNothing();
});

async function ask(client: RawControl, request: Request, folder: string): Promise<void> {
  const { id } = request;
  const path = "path" in request ? join(folder, basename(request.path)) : undefined;
  client.ask({ ...request, ...(path !== undefined && { path }) });
  const documented = answers.find((answer) => answer.id === id && !("event" in answer));
  // Some are in progress for as long as the client is there.
  if (documented === undefined) await client.until(() => client.events(id).length > 0, `request ${id} tells something`);
  else assert.deepEqual(shapeOf(await client.end(id)), shapeOf(documented), JSON.stringify(request));
  for (const answer of answers) {
    if (answer.id !== id || !("event" in answer) || answer.event.type === "skipped") continue;
    const { type } = answer.event;
    const told = client.events(id).some((event) => event.type === type);
    assert.ok(told, `${JSON.stringify(request)} tells of ${type}`);
  }
  if (path !== undefined) rmSync(path);
}

/** Which fields there are; of errors, which error it is. What a node tells of itself may come or not. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== "object" || value === null) return typeof value;
  const { vitals: _, accepted: __, lastExit: ___, ...fields } = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(fields)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => [name, name === "code" || name === "id" ? field : shapeOf(field)]),
  );
}
