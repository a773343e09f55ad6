#!/usr/bin/env node
// The command line: carries out one command and turns what fails into one paragraph and an exit code.
import { failureOf } from "./failure.js";
import { foreignCommand, withForeignFlag } from "./foreign-words.js";
import { asMisspelt } from "./misspelt.js";
import { buildProgram } from "./program.js";
import { printableLines } from "../printable.js";

const [own, programArgs] = splitAtDashes(process.argv.slice(2));

const program = buildProgram(programArgs);

try {
  const foreign = foreignCommand(own, process.cwd());
  if (foreign !== undefined) throw foreign;
  await program.parseAsync(own, { from: "user" });
} catch (error) {
  const commands = program.commands.map((command) => command.name());
  const { text, exitCode } = failureOf(withForeignFlag(asMisspelt(error, own[0], commands)));
  if (text !== undefined) process.stderr.write(`multi-node: ${printableLines(text)}\n`);
  process.exitCode = exitCode;
}

/** What follows the first `--` is the program's: commander would drop the dashes and read on. */
function splitAtDashes(words: readonly string[]): [own: string[], programArgs: string[]] {
  const at = words.indexOf("--");
  return at === -1 ? [[...words], []] : [words.slice(0, at), words.slice(at + 1)];
}
