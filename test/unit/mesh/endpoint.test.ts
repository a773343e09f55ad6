// Where a process of the mesh is reached, on each kind of system.
import assert from "node:assert/strict";
import { test } from "node:test";
import { endpoint, LONGEST_ENDPOINT, MASTER_ID } from "#src/mesh/endpoint.js";

test("a Unix socket in the folder, those of nodes in a folder of their own", () => {
  const folder = "/run/user/1000/multi-node-0123";
  assert.equal(endpoint(folder, "node-1", "linux"), `${folder}/nodes/node-1`);
  assert.equal(endpoint(folder, "repl-0123abcd", "linux"), `${folder}/nodes/repl-0123abcd`);
  assert.equal(endpoint("/run/multi-node-0123", MASTER_ID, "darwin"), "/run/multi-node-0123/master");
});

test("a named pipe on Windows, with the folder's own name to tell services apart", () => {
  assert.equal(endpoint("/run/multi-node-0123", "node-1", "win32"), "\\\\.\\pipe\\multi-node-0123-node-1");
});

test("this system's kind, if none is named", () => {
  assert.equal(
    endpoint("/run/multi-node-0123", "node-1"),
    endpoint("/run/multi-node-0123", "node-1", process.platform),
  );
});

test("the longest path fits the smallest sun_path that there is, 104 bytes with the zero at its end", () => {
  assert.equal(LONGEST_ENDPOINT, 103);
});
