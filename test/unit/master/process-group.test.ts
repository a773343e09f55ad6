// Which processes count as left behind by a node that has ended.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { ProcessGroup } from "#src/master/process-group.js";

const skip = existsSync("/proc/self/stat") ? false : "needs proc(5)";

test("a group whose leader lives is that of another process, which got the id of an ended node", {
  skip,
}, async (t) => {
  const other = spawn("/bin/sleep", ["600"], { detached: true, stdio: "ignore" });
  const ended = new Promise((resolve) => other.once("exit", (_code, signal) => resolve(signal)));
  t.after(() => other.kill("SIGKILL"));
  const group = new ProcessGroup(other.pid as number);
  assert.equal(group.isThere(), false);
  group.signal("SIGKILL");
  other.kill("SIGINT");
  assert.equal(await ended, "SIGINT");
});
