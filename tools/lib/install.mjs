// Installs what a package-lock.json asks for, when the node_modules beside it does not have it already.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { giveUp, npmCommand, root, say } from "./paths.mjs";

const MINUTES_FOR_NPM = 10;

// NODE_ENV=production would leave out the compiler, and no package of ours needs its install script.
const INSTALL = ["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"];

/** Runs `npm ci` unless node_modules matches the lock file. Ends the process, with a message, when that fails. */
export function ensureInstalled(folder = root) {
  refuseOldNode();
  const reason = whyInstall(folder);
  if (reason === undefined) return;
  say(`${reason}; installing (npm ci${folder === root ? "" : ` in ${relative(root, folder)}`})`);
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
  if (error?.code === "ETIMEDOUT") return `npm ci did not end within ${MINUTES_FOR_NPM} minutes`;
  return `npm ci failed (${signal ?? `exit code ${status}`})`;
}
