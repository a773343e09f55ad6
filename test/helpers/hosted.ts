// A program that knows nothing of this package, run by run() in a process of its own.
import type { TestContext } from "node:test";
import { Program, type ProgramOptions, type Told } from "./program.js";

export interface HostedOptions extends Omit<ProgramOptions, "args"> {
  /** The program's own arguments. */
  args?: readonly (string | object)[];
  /** More options of run(). */
  run?: Record<string, unknown>;
}

/** Starts test/fixtures/plain/<script>, or a program by its whole path, in two nodes unless told otherwise. */
export function runHosted(
  t: TestContext,
  script: string,
  { args = [], run = {}, ...others }: HostedOptions = {},
): Program {
  const options = { script, args: args.map(asText), ...run };
  return Program.start(t, "runs.js", { ...others, args: [JSON.stringify(options)] });
}

/** The same program by itself, to compare with. */
export function runPlain(t: TestContext, script: string, { args = [], ...others }: HostedOptions = {}): Program {
  return Program.start(t, `plain/${script}`, { ...others, args: args.map(asText) });
}

/** Resolves when all nodes serve. */
export function allServe(program: Program): Promise<Told> {
  return program.first("ready", ({ id }) => id === "master");
}

function asText(argument: string | object): string {
  return typeof argument === "string" ? argument : JSON.stringify(argument);
}
