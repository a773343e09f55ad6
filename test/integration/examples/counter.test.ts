// The example of a counter: no view is counted twice, and none is lost while all nodes are replaced.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../../helpers/deadline.js";
import { get } from "../../helpers/http.js";
import { startExample } from "./example.js";

interface Counted {
  page: string;
  views: number;
  node: string;
}

async function view(port: number, page: string): Promise<Counted> {
  return JSON.parse((await get(port, page)).body) as Counted;
}

test("views at any node are counted once, each page by itself", async (t) => {
  const { program, port } = await startExample(t, "counter");
  const seen = await Promise.all(Array.from({ length: 60 }, async () => view(port, "/news")));
  assert.deepEqual(
    seen.map(({ views }) => views).sort((a, b) => a - b),
    Array.from({ length: 60 }, (_, index) => index + 1),
  );
  assert.deepEqual((await view(port, "/other")).views, 1);
  await program.stop();
  assert.equal(program.stderr, "");
});

test("the numbers outlive the nodes", async (t) => {
  const { program, port } = await startExample(t, "counter");
  const old = ["node-1", "node-2", "node-3", "node-4"];
  let asked = 0;
  const next = async (): Promise<string> => {
    const { views, node } = await view(port, "/");
    assert.equal(views, ++asked);
    return node;
  };
  await next();
  program.kill("SIGHUP");
  await eventually(async () => !old.includes(await next()), "a new node serves");
});
