// A command that was misspelt is taken for the program to be run, whose options the others are not. Pure.
import { CommanderError } from "commander";
import { nearest } from "../nearest.js";
import { usageError } from "./cli-error.js";

/** What `error` says of options and arguments is beside the point where the first word was meant to be a command. */
export function asMisspelt(error: unknown, word: string | undefined, commands: readonly string[]): unknown {
  if (!(error instanceof CommanderError) || error.exitCode === 0) return error;
  if (word === undefined || word.length < 3 || commands.includes(word)) return error;
  const meant = nearest(word, commands);
  return meant === undefined ? error : usageError(`there is no command ${word}: did you mean ${meant}?`);
}
