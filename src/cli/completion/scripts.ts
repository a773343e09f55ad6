// The completion for each shell, made from the commands and flags that there are.
import type { Command } from "commander";
import { bashCompletion } from "./bash.js";
import { fishCompletion } from "./fish.js";
import { type CommandWords, wordsOf } from "./words.js";
import { zshCompletion } from "./zsh.js";

const SCRIPTS: ReadonlyMap<string, (commands: readonly CommandWords[]) => string> = new Map([
  ["bash", bashCompletion],
  ["zsh", zshCompletion],
  ["fish", fishCompletion],
]);

/** `undefined` for a shell that is not known. */
export function completionFor(shell: string, program: Command): string | undefined {
  return SCRIPTS.get(shell)?.(wordsOf(program));
}
