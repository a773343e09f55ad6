// Servers of files on all cores, by their own commands: neither can tell who answers, so the master's counts do.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { temporaryFolder } from "../helpers/environment.js";
import { asksFor, prove } from "./prove.js";
import { fileOf } from "./real-program.js";

/** More than a socket's buffer holds, so that answers take a while. */
const FILE = randomBytes(512 * 1024);

prove({
  name: "serve",
  launch: (t) => ({
    script: fileOf("node_modules/serve/build/main.js"),
    // At a port of its choice: where one is named, it first looks whether somebody answers there, finds the node that
    // was faster, and takes another.
    args: ["--no-request-logging", folderOf(t)],
  }),
  connect: asksFor("/file.bin", FILE),
});

for (const port of ["named", "looked-for"] as const) {
  prove({
    name: `http-server, its port ${port}`,
    launch: (t) => ({
      script: fileOf("node_modules/http-server/bin/http-server"),
      args: [folderOf(t), "--silent"],
      port,
    }),
    connect: asksFor("/file.bin", FILE),
  });
}

function folderOf(t: TestContext): string {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "file.bin"), FILE);
  return folder;
}
