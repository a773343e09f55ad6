// The commands that steer services, carried out beside a service that the test has, by their own process.
import { execFile } from "node:child_process";
import { COMMAND, type Done } from "./command.js";
import { limit } from "./deadline.js";

/** Where services are looked for, and how the output looks: nothing of the test's own surroundings counts. */
export function steeringEnvironment(folder: string): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _color, NODE_DEBUG: _debug, ...own } = process.env;
  return { ...own, TMPDIR: folder, XDG_RUNTIME_DIR: "", NO_COLOR: "1" };
}

/** @param folder where the services make their private folders; the command runs in it, too */
export function steer(folder: string, ...words: string[]): Promise<Done> {
  return run(folder, process.execPath, [COMMAND, ...words]);
}

/** The same in a line of shell, where `multi-node` is the command. */
export function steerInShell(folder: string, line: string): Promise<Done> {
  return run(folder, "/bin/sh", ["-c", line.replace("multi-node", `'${process.execPath}' '${COMMAND}'`)]);
}

/** The lines of JSON that were printed. */
export function jsonLines({ stdout }: Done): unknown[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}

function run(folder: string, file: string, args: string[]): Promise<Done> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: steeringEnvironment(folder), timeout: limit(60_000) };
    const child = execFile(file, args, options, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}
