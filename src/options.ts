// Every option of listen(): its type, its default, what it takes; all checked before anything starts.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { availableCpus } from "./cpus.js";
import { UsageError } from "./errors.js";
import { nearest } from "./nearest.js";

/** Where to listen: a TCP port, or a Unix socket path. */
export interface PortOptions {
  /** TCP port, 0 to 65535, as a number or in digits. 0 takes one free port, the same for all nodes. Default: 80. */
  port?: number | string;
  /** Address or host name to listen on. Default: every address, IPv6 and IPv4 (`::`), or IPv4 where that is all. */
  host?: string;
  /** Path of a Unix socket, instead of `port` and `host`. */
  path?: string;
  /** How many connections may wait to be accepted, at least 1; the kernel has a limit of its own. Default: 511. */
  backlog?: number;
  /** Listen on `::` without its IPv4 half. Default: false. */
  ipv6Only?: boolean;
}

/** What listen() takes. */
export interface ListenOptions extends PortOptions {
  /** Number of serving processes, at least 1. Default: the CPUs that the process may use, container quota counted. */
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
  /** How many successors may start at once while nodes are replaced, at least 1. Default: 1. */
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
  /** The most nodes that scaling by load may start. */
  maxNodes?: number;
  /** The user that nodes run as, a name or a number; the master has to be root. Default: the master's own. */
  user?: string | number;
  /** The group that nodes run as, a name or a number. Default: that of `user`. */
  group?: string | number;
  /** Whether SIGTERM, SIGINT and SIGQUIT end the service in order. Default: true. */
  signals?: boolean;
  /** Where to say what the master notices: `true` is standard error, `false` nowhere. Default: true. */
  log?: boolean | ((line: string) => void);
}

/** How often nodes may die, as OTP's supervisors have it: more than `intensity` deaths within `period` are too many. */
export interface RestartOptions {
  /** How many deaths are borne within `period`; 0: any number. Default: 0. */
  intensity?: number;
  /** Milliseconds. Default: 60 000. */
  period?: number;
  /** What follows when there were more: the master ends with exit code 1, or waits longer before each start. Default: "back-off". */
  beyond?: "give-up" | "back-off";
}

/** Where to listen, complete. */
export type Port = { path: string; backlog: number } | TcpPort;
/** A TCP port to listen on, complete. */
export type TcpPort = { port: number; host: string | undefined; ipv6Only: boolean; backlog: number };

/** Between how many nodes the number follows the load. */
export interface ScaleRange {
  minNodes: number;
  maxNodes: number;
}

/** The options of a service, complete. */
export interface ServiceOptions {
  nodes: number;
  masterListen: boolean;
  restartChildren: boolean;
  script: string | undefined;
  args: readonly string[] | undefined;
  drainTimeout: number;
  readyTimeout: number;
  surge: number;
  hangTimeout: number;
  maxMemory: number;
  maxLifetime: number;
  maxRequests: number;
  restart: Required<RestartOptions>;
  /** `undefined`: the number of nodes does not follow the load. */
  scale: ScaleRange | undefined;
  user: string | number | undefined;
  group: string | number | undefined;
  signals: boolean;
  log: (line: string) => void;
}

interface Rule {
  takes: string;
  accepts: (value: unknown) => boolean;
}

const MAX_TIMEOUT = 2 ** 31 - 1;

const flag: Rule = { takes: "true or false", accepts: (value) => typeof value === "boolean" };
const timeout: Rule = {
  takes: `milliseconds, a number from 1 to ${MAX_TIMEOUT}`,
  accepts: (value) => typeof value === "number" && value >= 1 && value <= MAX_TIMEOUT,
};

const timeoutOrOff: Rule = {
  takes: `milliseconds, a number from 0 (off) to ${MAX_TIMEOUT}`,
  accepts: (value) => value === 0 || timeout.accepts(value),
};
/** A heartbeat comes every second: less than two of them tell nothing. */
const hangTimeout: Rule = {
  takes: `milliseconds, 0 (off) or a number from 2000 to ${MAX_TIMEOUT}`,
  accepts: (value) => value === 0 || (timeout.accepts(value) && (value as number) >= 2_000),
};
const count: Rule = {
  takes: "an integer of at least 1",
  accepts: (value) => isIntegerIn(value, 1, Number.MAX_SAFE_INTEGER),
};
const countOrOff: Rule = {
  takes: "an integer of at least 0 (off)",
  accepts: (value) => isIntegerIn(value, 0, Number.MAX_SAFE_INTEGER),
};
const account: Rule = {
  takes: "a name or a number of at least 0",
  accepts: (value) => isText(value) || isIntegerIn(value, 0, MAX_TIMEOUT),
};

const portRules: Record<keyof PortOptions, Rule> = {
  port: { takes: "an integer from 0 to 65535", accepts: (value) => isIntegerIn(portNumber(value), 0, 65_535) },
  host: { takes: "an address or a host name, a string that is not empty", accepts: isText },
  path: { takes: "the path of a Unix socket, a string that is not empty", accepts: isText },
  backlog: { takes: "an integer from 1 to 2147483647", accepts: (value) => isIntegerIn(value, 1, MAX_TIMEOUT) },
  ipv6Only: flag,
};

const serviceRules: Record<Exclude<keyof ListenOptions, keyof PortOptions>, Rule> = {
  nodes: count,
  masterListen: flag,
  restartChildren: flag,
  script: { takes: "the path or file: URL of a program that exists", accepts: isScript },
  args: {
    takes: "an array of strings",
    accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  },
  drainTimeout: timeout,
  readyTimeout: timeout,
  surge: count,
  hangTimeout,
  maxMemory: countOrOff,
  maxLifetime: timeoutOrOff,
  maxRequests: countOrOff,
  restart: {
    takes: "an object such as { intensity: 10, period: 60000 }",
    accepts: (value) => typeof value === "object" && value !== null,
  },
  minNodes: count,
  maxNodes: count,
  user: account,
  group: account,
  signals: flag,
  log: { takes: "true, false or a function", accepts: (value) => flag.accepts(value) || typeof value === "function" },
};

const restartRules: Record<keyof RestartOptions, Rule> = {
  intensity: countOrOff,
  period: timeout,
  beyond: { takes: '"give-up" or "back-off"', accepts: (value) => value === "give-up" || value === "back-off" },
};

/**
 * Checks the options of listen() and fills in the defaults.
 * @throws UsageError MN_ERR_OPTION, naming the option, what came and what is taken.
 */
export function checkListenOptions(options: ListenOptions): { port: Port; service: ServiceOptions } {
  check(options, { ...portRules, ...serviceRules });
  check(options.restart ?? {}, restartRules, "restart.");
  return { port: completePort(options), service: completeService(options) };
}

/**
 * Checks the options of nodes.listen() and fills in the defaults.
 * @throws UsageError MN_ERR_OPTION, naming the option, what came and what is taken.
 */
export function checkPortOptions(options: PortOptions): Port {
  check(options, portRules);
  return completePort(options);
}

/**
 * Checks the number that nodes.resize() takes.
 * @throws UsageError MN_ERR_OPTION
 */
export function checkNodeCount(nodes: number): void {
  if (!count.accepts(nodes)) throw wrongValue("nodes", count, nodes);
}

function check(options: object, rules: Record<string, Rule>, prefix = ""): void {
  if (typeof options !== "object" || options === null) {
    throw new UsageError("MN_ERR_OPTION", `options: an object such as { port: 8000 } is taken, got ${show(options)}`);
  }
  // What an object inherits is taken, so it is looked at too.
  for (const name in options) {
    const value: unknown = options[name as keyof typeof options];
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) throw unknownOption(name, Object.keys(rules), prefix);
    if (value !== undefined && !rule.accepts(value)) {
      throw wrongValue(`${prefix}${name}`, rule, value);
    }
  }
}

function wrongValue(name: string, rule: Rule, value: unknown): UsageError {
  return new UsageError("MN_ERR_OPTION", `option ${name}: ${rule.takes} is taken, got ${show(value)}`);
}

function unknownOption(name: string, known: string[], prefix: string): UsageError {
  const meant = nearest(name, known);
  const advice = meant === undefined ? `known are ${known.join(", ")}` : `did you mean ${meant}?`;
  return new UsageError("MN_ERR_OPTION", `option ${prefix}${name} is not known: ${advice}`);
}

function completePort(options: PortOptions): Port {
  const { path, host, ipv6Only = false, backlog = 511 } = options;
  if (path === undefined) return { port: portNumber(options.port ?? 80) as number, host, ipv6Only, backlog };
  const other = (["port", "host", "ipv6Only"] as const).find((name) => options[name] !== undefined);
  if (other === undefined) return { path, backlog };
  throw new UsageError("MN_ERR_OPTION", `option path: is taken without ${other}, got path ${show(path)} and ${other}`);
}

function completeService(options: ListenOptions): ServiceOptions {
  const { script, log = true } = options;
  const scale = completeScale(options);
  return {
    nodes: scale?.nodes ?? options.nodes ?? availableCpus(),
    masterListen: options.masterListen ?? false,
    restartChildren: options.restartChildren ?? true,
    script: script === undefined ? undefined : scriptPath(script),
    args: options.args ?? (script === undefined ? undefined : []),
    drainTimeout: options.drainTimeout ?? 25_000,
    readyTimeout: options.readyTimeout ?? 30_000,
    surge: options.surge ?? 1,
    hangTimeout: options.hangTimeout ?? 30_000,
    maxMemory: options.maxMemory ?? 0,
    maxLifetime: options.maxLifetime ?? 0,
    maxRequests: options.maxRequests ?? 0,
    restart: { intensity: 0, period: 60_000, beyond: "back-off", ...options.restart },
    scale,
    user: options.user,
    group: options.group,
    signals: options.signals ?? true,
    log: typeof log === "function" ? log : log ? writeToStderr : () => {},
  };
}

function completeScale({ nodes, minNodes, maxNodes }: ListenOptions): (ScaleRange & { nodes: number }) | undefined {
  if (minNodes === undefined && maxNodes === undefined) return undefined;
  const least = minNodes ?? 1;
  const most = maxNodes ?? Math.max(least, nodes ?? availableCpus());
  if (least > most) {
    throw new UsageError("MN_ERR_OPTION", `option minNodes: at most maxNodes, ${most}, is taken, got ${least}`);
  }
  return { minNodes: least, maxNodes: most, nodes: Math.min(most, Math.max(least, nodes ?? least)) };
}

function writeToStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

function portNumber(value: unknown): unknown {
  return typeof value === "string" && /^\d{1,5}$/.test(value) ? Number(value) : value;
}

function scriptPath(script: string | URL): string {
  return typeof script === "string" && !script.startsWith("file:") ? script : fileURLToPath(script);
}

function isScript(value: unknown): boolean {
  if (!isText(value) && !(value instanceof URL && value.protocol === "file:")) return false;
  try {
    return existsSync(scriptPath(value as string | URL));
  } catch {
    // A file: URL that names no file of this machine.
    return false;
  }
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isIntegerIn(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function show(value: unknown): string {
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 100 });
}
