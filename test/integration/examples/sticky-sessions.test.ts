// The example of sessions in one process' memory: each client comes back to the node that began its session.
import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { within } from "../../helpers/deadline.js";
import { startExample } from "./example.js";

interface View {
  node: string;
  views: number;
  cookie: string;
}

test("whoever has a cookie comes back to the node that gave it, or begins anew where that is gone", async (t) => {
  const { program, port } = await startExample(t, "sticky-sessions");
  const visitors = await Promise.all(Array.from({ length: 8 }, () => view(port, "")));
  for (const visitor of visitors) {
    for (const views of [2, 3]) {
      const again = await view(port, visitor.cookie);
      assert.deepEqual([again.node, again.views], [visitor.node, views]);
    }
  }
  const afterReload = await view(port, "session=node-99.gone");
  assert.equal(afterReload.views, 1);
  assert.match(afterReload.cookie, /^session=node-\d\./);
  await program.stop();
  assert.equal(program.stderr, "");
});

/** One request on a connection of its own. */
function view(port: number, cookie: string): Promise<View> {
  const viewed = new Promise<View>((resolve, reject) => {
    request({ host: "127.0.0.1", port, agent: false, headers: { cookie } })
      .on("error", reject)
      .on("response", async (response) => {
        let text = "";
        for await (const chunk of response.setEncoding("utf8")) text += chunk;
        const [given = ""] = response.headers["set-cookie"] ?? [];
        resolve({ ...(JSON.parse(text) as Omit<View, "cookie">), cookie: given.split(";")[0] ?? "" });
      })
      .end();
  });
  return within(viewed, "a view is answered");
}
