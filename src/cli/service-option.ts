// What all commands share that talk to a running service: which one, how long to wait, how to answer.
import type { Command } from "commander";
import type { Client } from "../control/client.js";
import type { Found } from "../control/discovery.js";
import { usageError } from "./cli-error.js";
import { timeOption } from "./time-option.js";

export interface AnswerOptions {
  /** Milliseconds that a master may say nothing. */
  timeout: number;
  json?: true;
}

export interface ServiceOptions extends AnswerOptions {
  /** Name, process id or folder; `undefined`: that of this folder, else the only one. */
  service?: string;
}

const TIMEOUT = "5s";
const LEAST_TIMEOUT = "100ms";

export function addServiceOptions(command: Command): Command {
  return addAnswerOptions(addServiceOption(command));
}

export function addAnswerOptions(command: Command): Command {
  return addTimeout(command).option("--json", "print JSON");
}

export function addServiceOption(command: Command): Command {
  return command.option("-s, --service <name|pid|folder>", "which service (default: this folder's, else the only one)");
}

/** The service may be named by a word too. */
export function addServiceArgument(command: Command): Command {
  return command.argument("[service]", "which service, as with --service");
}

/** @throws CliError where two are named */
export function ofService<Options extends ServiceOptions>(named: string | undefined, options: Options): Options {
  if (named === undefined) return options;
  if (options.service === undefined || options.service === named) return { ...options, service: named };
  throw usageError(`which service? ${named} and --service ${options.service} are two`);
}

export function addTimeout(command: Command): Command {
  const range = { least: LEAST_TIMEOUT, most: "24d" };
  return command.addOption(
    timeOption("--timeout", "how long the service may say nothing", { ...range, fallback: TIMEOUT }),
  );
}

/**
 * Finds the service that is meant, connects, lets the action ask it, and closes.
 * @throws ControlError MN_ERR_NO_SERVICE, MN_ERR_CONTROL_TIMEOUT, and what the action throws
 */
export async function withService<Value>(
  { service, timeout }: Pick<ServiceOptions, "service" | "timeout">,
  action: (client: Client, found: Found) => Promise<Value>,
): Promise<Value> {
  const [{ Client }, { find }] = await Promise.all([import("../control/client.js"), import("../control/discovery.js")]);
  const found = await find(service, process.cwd());
  const client = await Client.connect(found, { timeout });
  try {
    return await action(client, found);
  } finally {
    client.close();
  }
}
