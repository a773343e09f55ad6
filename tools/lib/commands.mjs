// Runs a command for a check: true when it ended well, within its time.

import { runInForeground } from "./foreground.mjs";
import { binOf, npmCommand, root, say } from "./paths.mjs";

const MINUTES = 5;

/** Resolves to true when `command` ends with code 0 within `minutes`. What is interrupted by a signal ends us too. */
export async function succeeds(command, args, { minutes = MINUTES, ...options } = {}) {
  const timeout = minutes * 60_000;
  const ending = await runInForeground(command, args, { cwd: root, timeout, sweep: true, ...options });
  if (ending.timedOut) say(`${command} ${args.join(" ")} did not end within ${minutes} minutes`);
  else if (ending.interruptedBy) process.kill(process.pid, ending.interruptedBy);
  return ending.code === 0;
}

/** A tool out of node_modules. */
export function tool(packageName, args, name = packageName) {
  return succeeds(process.execPath, [binOf(packageName, name), ...args]);
}

/** One of our own scripts in tools/. */
export function script(file, args = [], options = {}) {
  return succeeds(process.execPath, [`tools/${file}`, ...args], options);
}

export function npm(args, options = {}) {
  const [command, ...first] = npmCommand();
  return succeeds(command, [...first, ...args], options);
}
