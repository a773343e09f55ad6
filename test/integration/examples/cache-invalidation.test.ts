// The example of a cache: as soon as a write is answered, no process shows the old value.
import assert from "node:assert/strict";
import { test } from "node:test";
import { get } from "../../helpers/http.js";
import { startExample, send } from "./example.js";

test("what was written is what every process shows", async (t) => {
  const { program, port } = await startExample(t, "cache-invalidation");
  assert.equal((await get(port, "/key")).status, 404);
  let hits = 0;
  for (let round = 1; round <= 10; round++) {
    assert.equal((await send(port, "PUT", "/key", `value ${round}`)).body, "written\n");
    const answers = await Promise.all(Array.from({ length: 12 }, async () => get(port, "/key")));
    assert.deepEqual(new Set(answers.map(({ body }) => body)), new Set([`value ${round}`]));
    hits += answers.filter(({ headers }) => headers["x-cache"] === "hit").length;
  }
  assert.ok(hits > 0, "nothing was ever kept");
  await program.stop();
  assert.equal(program.stderr, "");
});
