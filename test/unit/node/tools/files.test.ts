// The tools that write a file: what is in it, who may read it, and that nothing is overwritten or left half done.
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { writeNewFile } from "#src/node/tools/new-file.js";
import { useTool } from "#src/node/tools/tools.js";
import type { Tool } from "#src/protocol.js";
import { temporaryFolder } from "../../../helpers/environment.js";
import { toolHost } from "../../../helpers/tool-host.js";

type FileTool = Extract<Tool, { path: string }>;

test("a profile has nodes and samples of what ran", async (t) => {
  every(t, 1, busy);
  const { content } = await written(t, { name: "profile", duration: 100, path: "" });
  const { nodes, samples } = content as { nodes: { callFrame: { functionName: string } }[]; samples: number[] };
  assert.ok(samples.length > 0);
  assert.ok(nodes.some(({ callFrame }) => callFrame.functionName === "busy"));
});

test("a heap snapshot is whole, and nothing else runs while it is taken", async (t) => {
  const stands: string[] = [];
  const host = toolHost(t, {
    standStill: async (work) => {
      stands.push("told");
      return work().finally(() => stands.push("over"));
    },
  });
  const { content } = await written(t, { name: "heap", path: "" }, host);
  const { snapshot, nodes } = content as {
    snapshot: { node_count: number; meta: { node_fields: string[] } };
    nodes: [];
  };
  assert.equal(nodes.length, snapshot.node_count * snapshot.meta.node_fields.length);
  assert.deepEqual(stands, ["told", "over"]);
});

test("a report is Node's own, and its settings stay as they were", async (t) => {
  const before = Object.entries(Object.getOwnPropertyDescriptors(process.report)).map(([name]) => name);
  const { content } = await written(t, { name: "report", path: "" });
  const { header } = content as { header: { processId: number; nodejsVersion: string } };
  assert.deepEqual([header.processId, header.nodejsVersion], [process.pid, process.version]);
  assert.deepEqual(Object.keys(Object.getOwnPropertyDescriptors(process.report)), before);
});

test("a file that is there is not touched", async (t) => {
  const path = join(temporaryFolder(t), "there");
  writeFileSync(path, "mine");
  for (const tool of tools(path)) {
    await assert.rejects(useTool(tool, toolHost(t)), new RegExp(`^Error: ${path} is there already`));
  }
  assert.equal(readFileSync(path, "utf8"), "mine");
});

test("where nothing can be written, it is said before anything is done", async (t) => {
  const path = join(temporaryFolder(t), "no-folder", "file");
  for (const tool of tools(path)) await assert.rejects(useTool(tool, toolHost(t)), /the file cannot be made: ENOENT/);
  for (const tool of tools("file")) await assert.rejects(useTool(tool, toolHost(t)), /has to be absolute, got "file"/);
});

test("a profile takes 100 ms to 5 minutes", async (t) => {
  const path = join(temporaryFolder(t), "profile");
  for (const duration of [0, 99, 300_001, Number.NaN, Number.POSITIVE_INFINITY]) {
    const answer = useTool({ name: "profile", duration, path }, toolHost(t));
    await assert.rejects(answer, { message: `a profile takes 100 to 300000 ms, got ${duration}` });
  }
  assert.ok(!existsSync(path));
});

test("there is one profile at a time, and another after it", async (t) => {
  every(t, 1_000, () => {});
  const [one, two] = [join(temporaryFolder(t), "1"), join(temporaryFolder(t), "2")];
  const first = useTool({ name: "profile", duration: 100, path: one }, toolHost(t));
  const second = { name: "profile", duration: 100, path: two } as const;
  await assert.rejects(useTool(second, toolHost(t)), /profile is at work here already/);
  await first;
  await useTool(second, toolHost(t));
});

test("what is not written to its end is gone", async (t) => {
  const path = join(temporaryFolder(t), "half");
  const failure = new Error("no more");
  const half = writeNewFile(path, async (write) => {
    write("half of it");
    throw failure;
  });
  await assert.rejects(half, failure);
  assert.ok(!existsSync(path));
  assert.equal(process.listeners("exit").filter(({ name }) => name === "discard").length, 0);
});

test("a tool of a later version is refused", async (t) => {
  await assert.rejects(useTool({ name: "dance" } as never, toolHost(t)), { message: 'there is no tool "dance" here' });
});

function tools(path: string): FileTool[] {
  return [
    { name: "profile", duration: 100, path },
    { name: "heap", path },
    { name: "report", path },
  ];
}

/** Uses a tool; what it wrote, and that only its owner may read it. */
async function written(t: TestContext, tool: FileTool, host = toolHost(t)): Promise<{ content: unknown }> {
  const path = join(temporaryFolder(t), tool.name);
  const answer = await useTool({ ...tool, path }, host);
  const { mode, size } = statSync(path);
  assert.deepEqual(answer, { path, bytes: size });
  assert.equal(mode & 0o777, 0o600);
  return { content: JSON.parse(readFileSync(path, "utf8")) };
}

/** As in a node, the event loop has something to do. */
function every(t: TestContext, ms: number, work: () => void): void {
  const timer = setInterval(work, ms);
  t.after(() => clearInterval(timer));
}

function busy(): void {
  for (const end = performance.now() + 5; performance.now() < end; );
}
