// The command line as users have it: the bundle, started in a folder of the test's own.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { limit } from "./deadline.js";

/** The path of the command's file. */
export const COMMAND: string = fileURLToPath(new URL("../../../dist/bundle/cli.js", import.meta.url));

export interface Done {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Carries out one command to its end. */
export function command(words: readonly string[], folder: string, env: Record<string, string> = {}): Done {
  const { PORT: _port, WEB_CONCURRENCY: _concurrency, ...own } = process.env;
  const done = spawnSync(process.execPath, [COMMAND, ...words], {
    cwd: folder,
    env: { ...own, PWD: folder, ...env },
    encoding: "utf8",
    timeout: limit(),
  });
  return { code: done.status, stdout: done.stdout, stderr: done.stderr };
}

/** Writes these files, by their paths below the folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}
