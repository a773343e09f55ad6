// Installs ioredis into bench/node_modules when it is not there.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { giveUp, npmCommand, say } from "../../tools/lib/paths.mjs";

const MINUTES_FOR_NPM = 5;

const bench = fileURLToPath(new URL("../", import.meta.url));

/** Ends the process, with a message, when that fails. */
export function ensureClientInstalled() {
  if (existsSync(join(bench, "node_modules", ".package-lock.json"))) return;
  say("the bench needs ioredis; installing (npm install in bench/)");
  const [command, ...first] = npmCommand();
  const args = [...first, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { status } = spawnSync(command, args, {
    cwd: bench,
    stdio: ["ignore", process.stderr.fd, "inherit"],
    timeout: MINUTES_FOR_NPM * 60_000,
  });
  if (status !== 0) giveUp("npm install failed in bench/. Is the npm registry within reach? --only leaves redis out.");
}
