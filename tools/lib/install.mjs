// Installs what a package-lock.json asks for, when the node_modules beside it does not have it already.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { giveUp, npmCommand, root, say } from "./paths.mjs";

const MINUTES_FOR_NPM = 10;

// npm asks for the foreign binaries one by one, so with its own patience it takes ten minutes to notice that there is
// no registry.
const FAIL_SOON = ["--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=1000"];

// With --no-save, npm installs the locked versions and leaves the lock file alone. `npm ci` would do so too, but it
// refuses a lock file without the binaries for every foreign system, and a registry need not carry all of them.
// NODE_ENV=production would leave out the compiler, and no package of ours needs its install script.
const INSTALL = ["install", "--no-save", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", ...FAIL_SOON];

/** Runs npm unless node_modules matches the lock file. Ends the process, with a message, when that fails. */
export function ensureInstalled(folder = root) {
  refuseOldNode();
  const reason = whyInstall(folder);
  if (reason === undefined) return;
  say(`${reason}; installing (npm install${folder === root ? "" : ` in ${relative(root, folder)}`})`);
  const [command, ...first] = npmCommand();
  const done = spawnSync(command, [...first, ...INSTALL], {
    cwd: folder,
    stdio: ["ignore", process.stderr.fd, "inherit"],
    timeout: MINUTES_FOR_NPM * 60_000,
  });
  if (done.status !== 0) giveUp(`${describe(done)}. Is the npm registry within reach? Mend that and start again.`);
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [, wantedMajor, wantedMinor] = readJson(root, "package.json")
    .engines.node.match(/(\d+)\.(\d+)/)
    .map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  giveUp(`Node ${wantedMajor}.${wantedMinor} or newer is needed, this is ${process.version} (${process.execPath})`);
}

/** What is wrong with node_modules, or undefined. npm writes this list last, so a broken-off install has none. */
function whyInstall(folder) {
  const installed = readJson(folder, "node_modules/.package-lock.json")?.packages;
  if (installed === undefined) return "nothing is installed yet";
  for (const [path, wanted] of Object.entries(readJson(folder, "package-lock.json").packages)) {
    const found = installed[path];
    const mayBeMissing = path === "" || wanted.link || wanted.optional || wanted.devOptional;
    if (found === undefined && mayBeMissing) continue;
    if (found?.version !== wanted.version || found?.integrity !== wanted.integrity) {
      return `${path} is not what package-lock.json says`;
    }
  }
  return undefined;
}

function readJson(folder, path) {
  try {
    return JSON.parse(readFileSync(join(folder, path), "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function describe({ error, signal, status }) {
  if (error?.code === "ENOENT") return "npm was not found on the PATH";
  if (error?.code === "ETIMEDOUT") return `npm install did not end within ${MINUTES_FOR_NPM} minutes`;
  return `npm install failed (${signal ?? `exit code ${status}`})`;
}
