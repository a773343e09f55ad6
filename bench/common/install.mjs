// Installs into bench/node_modules what a bench needs and does not find there.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { npmCommand, say } from "../../tools/lib/paths.mjs";

const MINUTES_FOR_NPM = 5;

// No package here needs its install script, and --no-save leaves the lock file alone.
const INSTALL = ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];

const modules = fileURLToPath(new URL("../node_modules", import.meta.url));

/** The folder of an installed package, or undefined. */
export function packageFolder(name) {
  const folder = join(modules, name);
  return existsSync(join(folder, "package.json")) ? folder : undefined;
}

/** Whether all of `packages` are there, after an installation if need be. `omit` are kinds of dependencies to leave out. */
export function install(packages, omit = []) {
  const isThere = (name) => packageFolder(name) !== undefined;
  if (packages.every(isThere)) return true;
  say(`the bench needs ${packages.join(", ")}; installing (npm install in bench/)`);
  const [command, ...first] = npmCommand();
  const { status } = spawnSync(command, [...first, ...INSTALL, ...omit.map((kind) => `--omit=${kind}`)], {
    cwd: join(modules, ".."),
    stdio: ["ignore", process.stderr.fd, "inherit"],
    timeout: MINUTES_FOR_NPM * 60_000,
  });
  return status === 0 && packages.every(isThere);
}
