// The options of run(): those of a service whose program says itself where it listens.
import type { BalanceOptions } from "./balance-options.js";
import type { LogFormat } from "./log-lines.js";
import { check, type Rule, script, tcpPort, wrongValue } from "./option-rules.js";
import { completeService, type ListenOptions, type ServiceOptions, serviceRules } from "./options.js";
import { type PortOptions } from "./port-options.js";

/** What run() takes. */
export interface RunOptions extends Omit<ListenOptions, keyof PortOptions | "masterListen" | "script">, BalanceOptions {
  /** The program, a path or a file: URL. */
  script: string | URL;
  /** How the master passes on what the nodes write. Default: "prefix". */
  output?: LogFormat;
  /** TCP ports that are left to Node, so that only one process can have each. Default: none. */
  exclusive?: readonly number[];
}

const FORMATS: readonly unknown[] = ["prefix", "raw", "json"];

const { masterListen: _masterServesNothing, ...sharedRules } = serviceRules;

const runRules: Record<string, Rule> = {
  ...sharedRules,
  output: { takes: '"prefix", "raw" or "json"', accepts: (value) => FORMATS.includes(value) },
  exclusive: {
    takes: "an array of TCP ports",
    accepts: (value) =>
      Array.isArray(value) && value.every((port) => typeof port === "number" && tcpPort.accepts(port)),
  },
};

/**
 * Checks the options of run() and fills in the defaults.
 * @param preload what Node loads before the program
 * @throws UsageError MN_ERR_OPTION, naming the option, what came and what is taken
 */
export function checkRunOptions(options: RunOptions, preload: string): ServiceOptions {
  check(options, runRules);
  const { script: program, output = "prefix", exclusive = [], ...others } = options;
  if (program === undefined) throw wrongValue("script", script, program);
  return { ...completeService({ ...others, script: program }), output, hosted: { exclusive, preload } };
}
