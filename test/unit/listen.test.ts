// The door checks all that it is given before anything starts; the service itself is for real processes to prove.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import { listen } from "#src/listen.js";
import { setEnvironment, temporaryFolder } from "../helpers/environment.js";

const WRONG: [title: string, options: unknown, server: unknown, code: string][] = [
  ["a bad option", { port: -1 }, createServer(), "MN_ERR_OPTION"],
  ["an unknown option", { workers: 4 }, createServer(), "MN_ERR_OPTION"],
  ["no options", undefined, createServer(), "MN_ERR_OPTION"],
  ["no server", { port: 0 }, undefined, "MN_ERR_SERVER_TYPE"],
  ["the server in the wrong place", createServer(), undefined, "MN_ERR_OPTION"],
  ["both wrong: the options are told first", { nodes: 0 }, 7, "MN_ERR_OPTION"],
];

for (const [title, options, server, code] of WRONG) {
  test(`${title}: an error, and nothing was started`, (t) => {
    const folder = temporaryFolder(t);
    setEnvironment(t, { XDG_RUNTIME_DIR: folder, TMPDIR: folder });
    const before = process.listenerCount("SIGTERM") + process.listenerCount("exit");
    assert.throws(() => listen(options as never, server as never), { name: "UsageError", code });
    assert.deepEqual(readdirSync(folder), []);
    assert.equal(process.listenerCount("SIGTERM") + process.listenerCount("exit"), before);
  });
}
