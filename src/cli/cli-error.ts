// What a command throws to end with a paragraph of its own and an exit code.
import { type ExitCode, exitCodes } from "./exit-codes.js";

export class CliError extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exitCodes.failed) {
    super(message);
    this.name = "CliError";
    this.exitCode = exitCode;
  }
}

/** The command was given wrongly: exit code 2. */
export function usageError(message: string): CliError {
  return new CliError(message, exitCodes.usage);
}
