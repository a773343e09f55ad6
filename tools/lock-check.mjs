// Does `npm ci` take each lock file, on every system and from any registry?

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { npm } from "./lib/commands.mjs";
import { root, say } from "./lib/paths.mjs";

const FOLDERS = [".", "bench", "test/programs/apps"];

/** Resolves to whether every lock file is complete, also for other systems, and names no registry. */
export async function checkLocks() {
  const good = [];
  for (const folder of FOLDERS) good.push(namesNoRegistry(folder) && (await isComplete(folder)));
  return good.every(Boolean);
}

function namesNoRegistry(folder) {
  const file = join(root, folder, "package-lock.json");
  const addresses = existsSync(file) ? readFileSync(file, "utf8").match(/"resolved": "[^"]*"/g) : null;
  if (addresses !== null) say(`${folder}/package-lock.json holds ${addresses.length} download addresses`);
  return addresses === null;
}

function isComplete(folder) {
  return npm(["ci", "--dry-run", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: join(root, folder),
    stdio: ["ignore", "ignore", "inherit"],
  });
}
