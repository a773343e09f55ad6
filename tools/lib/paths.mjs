// Where things are: the repository's folder, and a tool's own entry file inside node_modules.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder, whatever the current one is. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** The script behind `name` in node_modules/.bin, so that it runs in this very Node and needs no shell. */
export function binOf(packageName, name = packageName) {
  const folder = join(root, "node_modules", packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return join(folder, typeof bin === "string" ? bin : bin[name]);
}

/** The npm that started us, else the one on the PATH, as a command and its first arguments. */
export function npmCommand() {
  const started = process.env["npm_execpath"];
  return started?.endsWith("npm-cli.js") ? [process.execPath, started] : ["npm"];
}

/** A line of progress. On stderr: stdout belongs to the program or the tests that follow. */
export function say(text) {
  process.stderr.write(`multi-node: ${text}\n`);
}

/** Ends this process with a message that says what to do. */
export function giveUp(text, code = 1) {
  say(text);
  process.exit(code);
}
