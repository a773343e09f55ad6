// The inspector of a process, opened by a tool: on loopback, once.
import assert from "node:assert/strict";
import inspector from "node:inspector";
import { test } from "node:test";
import { useTool } from "#src/node/tools/tools.js";
import { toolHost } from "../../../helpers/tool-host.js";

test("opens on a free port of loopback, and stays where it is", {
  skip: inspector.url() !== undefined && "one is open already",
}, async (t) => {
  t.mock.method(process.stderr, "write", () => true);
  t.after(() => inspector.close());
  const { url } = (await useTool({ name: "inspect" }, toolHost(t))) as { url: string };
  assert.match(url, /^ws:\/\/127\.0\.0\.1:\d+\/[\w-]+$/);
  assert.deepEqual(await useTool({ name: "inspect" }, toolHost(t)), { url });
  const { port } = new URL(url);
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as object[];
  assert.equal(targets.length, 1);
});
