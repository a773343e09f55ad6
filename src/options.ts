// Every option of listen(): its type, its default, what it takes; all checked before anything starts.
import { type BalanceOptions, balanceRules, type BalanceSettings, completeBalance } from "./balance-options.js";
import { availableCpus } from "./cpus.js";
import { UsageError } from "./errors.js";
import {
  account,
  bytes,
  check,
  countOrOff,
  flag,
  hangTimeout,
  isName,
  nodeCount,
  payload,
  type Rule,
  script,
  scriptPath,
  timeout,
  timeoutOrOff,
  wrongValue,
} from "./option-rules.js";
import { MOST_NODES } from "./limits.js";
import { type LogFormat, logTo } from "./log-lines.js";
import { completePort, type NamedPort, type PortOptions, portRules } from "./port-options.js";
import { completeProgram, type ProgramOptions, programRules, type ProgramSettings } from "./program-options.js";
import { completeRestart, type RestartOptions } from "./restart-options.js";

const MEBIBYTE = 1024 * 1024;

/** What listen() takes. */
export interface ListenOptions extends PortOptions, BalanceOptions, ProgramOptions {
  /** Number of serving processes, 1 to 1 024. Default: the CPUs that the process may use, container quota counted. */
  nodes?: number;
  /** Whether the master is one of the serving processes. Default: false, it only supervises. */
  masterListen?: boolean;
  /** Whether a node that dies is replaced. Default: true. */
  restartChildren?: boolean;
  /** The program that each node runs, a path or a file: URL. Default: the one that this process runs. */
  script?: string | URL;
  /** The arguments of that program. Default: those of this process, or none where `script` is given. */
  args?: readonly string[];
  /** Milliseconds that a node has to finish its requests before it is ended. Default: 25 000. */
  drainTimeout?: number;
  /** Milliseconds that a node has to start serving before it is ended. Default: 30 000. */
  readyTimeout?: number;
  /**
   * Milliseconds that a node has to serve before its end counts as that of a node that works: one that ends earlier is
   * replaced with back-off; 0: only one that never served. Default: 5 000.
   */
  minUptime?: number;
  /** How many successors may start at once while nodes are replaced, 1 to 1 024. Default: 1. */
  surge?: number;
  /**
   * Milliseconds without a turn of its event loop after which a node is killed and replaced, at least 2 000; 0: never.
   * Default: 30 000.
   */
  hangTimeout?: number;
  /** Bytes of resident memory at which a node is replaced; 0: no limit. Default: 0. */
  maxMemory?: number;
  /** Milliseconds after which a node is replaced, up to a tenth earlier; 0: no limit. Default: 0. */
  maxLifetime?: number;
  /** Requests (for other servers: connections) after which a node is replaced, up to a tenth earlier; 0: no limit. Default: 0. */
  maxRequests?: number;
  /** What happens when nodes die again and again. */
  restart?: RestartOptions;
  /** The fewest nodes that scaling by load may leave. Given with `maxNodes`, the number of nodes follows the load. */
  minNodes?: number;
  /** The most nodes that scaling by load may start, at most 1 024. */
  maxNodes?: number;
  /** Bytes that one value of a message or call may take, at most 1 GiB; the same in every process. Default: 16 MiB. */
  maxPayload?: number;
  /** Bytes that may wait for one other process; beyond that, sending to it throws. Default: 64 MiB. */
  maxBufferedAmount?: number;
  /** The user that nodes run as, a name or a number; the master has to be root. Default: the master's own. */
  user?: string | number;
  /** The group that nodes run as, a name or a number. Default: that of `user`. */
  group?: string | number;
  /** Whether SIGTERM, SIGINT and SIGQUIT end the service in order. Default: true. */
  signals?: boolean;
  /** What the service is called, for whoever looks for it. Default: the name of the program's package, or of its file. */
  name?: string;
  /**
   * Where to say what the master notices, and in a node what it cuts at its end: `true` is standard error, `false` nowhere.
   * Default: true. A node of run() always takes standard error.
   */
  log?: boolean | ((line: string) => void);
}

/** Between how many nodes the number follows the load. */
export interface ScaleRange {
  minNodes: number;
  maxNodes: number;
}

/** How the nodes of a program are prepared that knows nothing of this package. */
export interface Hosting {
  /** TCP ports that are left to Node: only one process can have each. */
  exclusive: readonly number[];
  /** Whether ports that the program asks for with `exclusive: true` are shared all the same. */
  sharedPorts: boolean;
  /** The file that Node loads before the program. */
  preload: string;
  /** Whether the program is ready only when it has said `process.send("ready")`. */
  waitReady: boolean;
  /** The signal that tells the program to end. */
  killSignal: NodeJS.Signals;
  /** Milliseconds that what a node's program has started has to end after the node; 0: it is left alone. */
  helperTimeout: number;
}

/** The options of a service, complete. */
export interface ServiceOptions extends ProgramSettings {
  nodes: number;
  masterListen: boolean;
  restartChildren: boolean;
  script: string | undefined;
  args: readonly string[] | undefined;
  drainTimeout: number;
  readyTimeout: number;
  minUptime: number;
  surge: number;
  hangTimeout: number;
  maxMemory: number;
  maxLifetime: number;
  maxRequests: number;
  restart: Required<RestartOptions>;
  /** `undefined`: the number of nodes does not follow the load. */
  scale: ScaleRange | undefined;
  balance: BalanceSettings;
  /** Bytes. */
  maxPayload: number;
  /** Bytes. */
  maxBufferedAmount: number;
  user: string | number | undefined;
  group: string | number | undefined;
  signals: boolean;
  /** `undefined`: as the program is called. */
  name: string | undefined;
  /** How the master passes on what its nodes write. */
  output: LogFormat;
  /** Set where the program knows nothing of this package. */
  hosted: Hosting | undefined;
  log: (line: string) => void;
  /** Where that leads; functions cannot be told apart, as the command is bundled apart from the master. */
  logsTo: "stderr" | "elsewhere";
}

/** Without those of a port. */
export const serviceRules: Record<Exclude<keyof ListenOptions, keyof PortOptions>, Rule> = {
  ...balanceRules,
  ...programRules,
  nodes: nodeCount,
  masterListen: flag,
  restartChildren: flag,
  script,
  args: {
    takes: "an array of strings",
    accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  },
  drainTimeout: timeout,
  readyTimeout: timeout,
  minUptime: timeoutOrOff,
  surge: nodeCount,
  hangTimeout,
  maxMemory: countOrOff,
  maxLifetime: timeoutOrOff,
  maxRequests: countOrOff,
  restart: {
    takes: "an object such as { intensity: 10, period: 60000 }",
    accepts: (value) => typeof value === "object" && value !== null,
  },
  minNodes: nodeCount,
  maxNodes: nodeCount,
  maxPayload: payload,
  maxBufferedAmount: bytes,
  user: account,
  group: account,
  signals: flag,
  name: { takes: "a name of 1 to 100 characters, none of them a control character", accepts: isName },
  log: { takes: "true, false or a function", accepts: (value) => flag.accepts(value) || typeof value === "function" },
};

/**
 * Checks the options of listen() and fills in the defaults.
 * @throws UsageError MN_ERR_OPTION, naming the option, what came and what is taken.
 */
export function checkListenOptions(options: ListenOptions): { port: NamedPort; service: ServiceOptions } {
  check(options, { ...portRules, ...serviceRules });
  return { port: completePort(options), service: completeService(options) };
}

/**
 * Checks the number that nodes.resize() takes.
 * @throws UsageError MN_ERR_OPTION
 */
export function checkNodeCount(nodes: number): void {
  if (!nodeCount.accepts(nodes)) throw wrongValue("nodes", nodeCount, nodes);
}

/** Fills in the defaults of options that keep to the rules. */
export function completeService(options: ListenOptions): ServiceOptions {
  const { log = true } = options;
  const scale = completeScale(options);
  return {
    ...completeProgram(options),
    nodes: scale?.nodes ?? options.nodes ?? defaultNodes(),
    masterListen: options.masterListen ?? false,
    restartChildren: options.restartChildren ?? true,
    script: options.script === undefined ? undefined : scriptPath(options.script),
    args: options.args ?? (options.script === undefined ? undefined : []),
    drainTimeout: options.drainTimeout ?? 25_000,
    readyTimeout: options.readyTimeout ?? 30_000,
    minUptime: options.minUptime ?? 5_000,
    surge: options.surge ?? 1,
    hangTimeout: options.hangTimeout ?? 30_000,
    maxMemory: options.maxMemory ?? 0,
    maxLifetime: options.maxLifetime ?? 0,
    maxRequests: options.maxRequests ?? 0,
    restart: completeRestart(options.restart ?? {}),
    scale,
    balance: completeBalance(options),
    maxPayload: options.maxPayload ?? 16 * MEBIBYTE,
    maxBufferedAmount: options.maxBufferedAmount ?? 64 * MEBIBYTE,
    user: options.user,
    group: options.group,
    signals: options.signals ?? true,
    name: options.name,
    output: "raw",
    hosted: undefined,
    log: logTo(log),
    logsTo: log === true ? "stderr" : "elsewhere",
  };
}

function completeScale({ nodes, minNodes, maxNodes }: ListenOptions): (ScaleRange & { nodes: number }) | undefined {
  if (minNodes === undefined && maxNodes === undefined) return undefined;
  const least = minNodes ?? 1;
  const most = maxNodes ?? Math.max(least, nodes ?? defaultNodes());
  if (least > most) {
    throw new UsageError("MN_ERR_OPTION", `option minNodes: at most maxNodes, ${most}, is taken, got ${least}`);
  }
  return { minNodes: least, maxNodes: most, nodes: Math.min(most, Math.max(least, nodes ?? least)) };
}

function defaultNodes(): number {
  return Math.min(MOST_NODES, availableCpus());
}
