// The inspector of a process, opened by a tool: on loopback, once, and closed with its last user.
import assert from "node:assert/strict";
import inspector from "node:inspector";
import { type TestContext, test } from "node:test";
import { useTool } from "#src/node/tools/tools.js";
import { toolHost } from "../../../helpers/tool-host.js";

const skip = inspector.url() !== undefined && "one is open already";

test("it opens on a free port of loopback, stays where it is, and closes with its last user", { skip }, async (t) => {
  quiet(t);
  const url = await begin(t);
  assert.match(url, /^ws:\/\/127\.0\.0\.1:\d+\/[\w-]+$/);
  assert.equal(await begin(t), url);
  await end(t);
  assert.equal(inspector.url(), url);
  await end(t);
  assert.equal(inspector.url(), undefined);
  await end(t);
  await begin(t);
  await end(t);
  assert.equal(inspector.url(), undefined, "an end without a beginning counts for nothing");
});

test("one that the program opened stays open", { skip }, async (t) => {
  quiet(t);
  inspector.open(0, "127.0.0.1");
  const url = inspector.url();
  assert.equal(await begin(t), url);
  await end(t);
  assert.equal(inspector.url(), url);
});

function quiet(t: TestContext): void {
  t.mock.method(process.stderr, "write", () => true);
  t.after(() => inspector.close());
}

async function begin(t: TestContext): Promise<string> {
  return ((await useTool({ name: "inspect" }, toolHost(t))) as { url: string }).url;
}

async function end(t: TestContext): Promise<void> {
  await useTool({ name: "end-inspect" }, toolHost(t));
}
