// The example of sessions in one process' memory: each client comes back to the node that began its session.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "../../helpers/clients/browser.js";
import { startExample } from "./example.js";

interface View {
  node: string;
  views: number;
}

test("whoever has a cookie comes back to the node that gave it, or begins anew where that is gone", async (t) => {
  const { program, port } = await startExample(t, "sticky-sessions");
  const visitors = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const browser = new Browser(port);
      return { browser, first: await view(browser) };
    }),
  );
  for (const { browser, first } of visitors) {
    for (const views of [2, 3]) assert.deepEqual(await view(browser), { node: first.node, views });
  }
  const late = new Browser(port);
  late.cookies.set("session", "gone").set("node", "99");
  assert.equal((await view(late)).views, 1);
  assert.match(late.cookies.get("node") ?? "", /^[0-3]$/);
  await program.stop();
  assert.equal(program.stderr, "");
});

async function view(browser: Browser): Promise<View> {
  return JSON.parse(await browser.visit()) as View;
}
