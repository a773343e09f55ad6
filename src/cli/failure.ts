// What is said of an error that ends a command, and with which exit code.
import { CommanderError } from "commander";
import type { ErrorCode, MultiNodeError } from "../errors.js";
import { CliError } from "./cli-error.js";
import { exitCodes } from "./exit-codes.js";

export interface Failure {
  /** One paragraph; `undefined` where all has been said. */
  text: string | undefined;
  exitCode: number;
}

/** Each code that does not mean that the program or the order failed. */
const EXIT_CODE_OF: { [code in ErrorCode]?: number } = {
  MN_ERR_OPTION: exitCodes.usage,
  MN_ERR_NO_SERVICE: exitCodes.notFound,
  MN_ERR_NO_SUCH_NODE: exitCodes.notFound,
  MN_ERR_CONTROL_TIMEOUT: exitCodes.late,
};

export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return wrongWords(error);
  if (error instanceof CliError) return { text: error.message, exitCode: error.exitCode };
  if (isOurs(error)) return { text: error.message, exitCode: EXIT_CODE_OF[error.code] ?? exitCodes.failed };
  return { text: unexpected(error), exitCode: exitCodes.failed };
}

/** By its code: the master's part of the package is bundled apart from the command, with classes of its own. */
function isOurs(error: unknown): error is MultiNodeError {
  return error instanceof Error && String((error as Partial<MultiNodeError>).code).startsWith("MN_ERR_");
}

/** What helps with some of commander's findings. */
const ADVICE: { [code in string]?: string } = {
  "commander.excessArguments": "--help tells what it takes; what is a program's own follows --",
  "commander.unknownOption": "--help lists what there is; what is a program's own follows --",
};

/** Commander's own findings; help and version are such "errors" too. */
function wrongWords({ code, message, exitCode }: CommanderError): Failure {
  if (exitCode === 0) return { text: undefined, exitCode: exitCodes.done };
  const text = message.replace(/^error: /, "").replace(/\n\((Did)(.*)\)$/, ": did$2");
  const advice = ADVICE[code] ?? "multi-node --help lists what there is";
  return { text: `${text.replace(/\.$/, "")} (${advice})`, exitCode: exitCodes.usage };
}

/** The system's errors speak for themselves; where in our code they came up helps only those who mend it. */
function unexpected(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env["NODE_DEBUG"]?.includes("multi-node")) return error.stack ?? error.message;
  return "code" in error ? error.message : `${error.message} (NODE_DEBUG=multi-node tells where)`;
}
