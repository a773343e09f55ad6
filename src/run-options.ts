// The options of run(): those of a service whose program says itself where it listens.
import type { BalanceOptions } from "./balance-options.js";
import type { LogFormat } from "./log-lines.js";
import { check, flag, type Rule, script, tcpPort, timeoutOrOff, wrongValue } from "./option-rules.js";
import { completeService, type ListenOptions, type ServiceOptions, serviceRules } from "./options.js";
import { type PortOptions } from "./port-options.js";

/** What run() takes. */
export interface RunOptions extends Omit<ListenOptions, keyof PortOptions | "masterListen" | "script">, BalanceOptions {
  /** The program, a path or a file: URL. */
  script: string | URL;
  /** How the master passes on what the nodes write. Default: "prefix". */
  output?: LogFormat;
  /** Ports that are left to Node, so that only one process can have each. Default: none. */
  exclusive?: readonly number[];
  /**
   * Whether ports that the program asks for with `exclusive: true` are shared by all nodes all the same, but for those that
   * `exclusive` names. Default: false.
   */
  sharedPorts?: boolean;
  /**
   * Whether a node is ready only when its program has said `process.send("ready")`, besides listening. Until then it gets
   * no connection; where that does not come within `readyTimeout`, the start has failed. Default: false.
   */
  waitReady?: boolean;
  /**
   * The signal by which a program is told to end, once its connections are finished, where it listens for that signal.
   * Default: "SIGTERM".
   */
  killSignal?: KillSignal;
  /**
   * Milliseconds that processes which a node's program has started, and which are in its process group, have to end after
   * SIGTERM once the node has ended; then they are killed. 0: they are left alone. Default: 5 000.
   */
  helperTimeout?: number;
}

export type KillSignal = (typeof KILL_SIGNALS)[number];

const KILL_SIGNALS = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR2"] as const;

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
  sharedPorts: flag,
  waitReady: flag,
  helperTimeout: timeoutOrOff,
  killSignal: {
    takes: '"SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP" or "SIGUSR2"',
    accepts: (value) => KILL_SIGNALS.some((signal) => signal === value),
  },
};

/**
 * Checks the options of run() and fills in the defaults.
 * @param preload what Node loads before the program
 * @throws UsageError MN_ERR_OPTION, naming the option, what came and what is taken
 */
export function checkRunOptions(options: RunOptions, preload: string): ServiceOptions {
  check(options, runRules);
  const { script: program, output = "prefix", exclusive = [], sharedPorts = false, ...rest } = options;
  const { waitReady = false, killSignal = "SIGTERM", helperTimeout = 5_000, ...others } = rest;
  if (program === undefined) throw wrongValue("script", script, program);
  const hosted = { exclusive, sharedPorts, preload, waitReady, killSignal, helperTimeout };
  return { ...completeService({ ...others, script: program }), output, hosted };
}
