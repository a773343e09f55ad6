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
  /** Whether SIGTERM, SIGINT and SIGQUIT end the service in order. Default: true. */
  signals?: boolean;
  /** Where to say what the master notices: `true` is standard error, `false` nowhere. Default: true. */
  log?: boolean | ((line: string) => void);
}

/** Where to listen, complete. */
export type Port = { path: string; backlog: number } | TcpPort;
/** A TCP port to listen on, complete. */
export type TcpPort = { port: number; host: string | undefined; ipv6Only: boolean; backlog: number };

/** The options of a service, complete. */
export interface ServiceOptions {
  nodes: number;
  masterListen: boolean;
  restartChildren: boolean;
  script: string | undefined;
  args: readonly string[] | undefined;
  drainTimeout: number;
  readyTimeout: number;
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

const portRules: Record<keyof PortOptions, Rule> = {
  port: { takes: "an integer from 0 to 65535", accepts: (value) => isIntegerIn(portNumber(value), 0, 65_535) },
  host: { takes: "an address or a host name, a string that is not empty", accepts: isText },
  path: { takes: "the path of a Unix socket, a string that is not empty", accepts: isText },
  backlog: { takes: "an integer from 1 to 2147483647", accepts: (value) => isIntegerIn(value, 1, MAX_TIMEOUT) },
  ipv6Only: flag,
};

const serviceRules: Record<Exclude<keyof ListenOptions, keyof PortOptions>, Rule> = {
  nodes: { takes: "an integer of at least 1", accepts: (value) => isIntegerIn(value, 1, Number.MAX_SAFE_INTEGER) },
  masterListen: flag,
  restartChildren: flag,
  script: { takes: "the path or file: URL of a program that exists", accepts: isScript },
  args: {
    takes: "an array of strings",
    accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  },
  drainTimeout: timeout,
  readyTimeout: timeout,
  signals: flag,
  log: { takes: "true, false or a function", accepts: (value) => flag.accepts(value) || typeof value === "function" },
};

/**
 * Checks the options of listen() and fills in the defaults.
 * @throws UsageError MN_ERR_OPTION, naming the option, what came and what is taken.
 */
export function checkListenOptions(options: ListenOptions): { port: Port; service: ServiceOptions } {
  check(options, { ...portRules, ...serviceRules });
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

function check(options: object, rules: Record<string, Rule>): void {
  if (typeof options !== "object" || options === null) {
    throw new UsageError("MN_ERR_OPTION", `options: an object such as { port: 8000 } is taken, got ${show(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) throw unknownOption(name, Object.keys(rules));
    if (value !== undefined && !rule.accepts(value)) {
      throw new UsageError("MN_ERR_OPTION", `option ${name}: ${rule.takes} is taken, got ${show(value)}`);
    }
  }
}

function unknownOption(name: string, known: string[]): UsageError {
  const meant = nearest(name, known);
  const advice = meant === undefined ? `known are ${known.join(", ")}` : `did you mean ${meant}?`;
  return new UsageError("MN_ERR_OPTION", `option ${name} is not known: ${advice}`);
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
  return {
    nodes: options.nodes ?? availableCpus(),
    masterListen: options.masterListen ?? false,
    restartChildren: options.restartChildren ?? true,
    script: script === undefined ? undefined : scriptPath(script),
    args: options.args ?? (script === undefined ? undefined : []),
    drainTimeout: options.drainTimeout ?? 25_000,
    readyTimeout: options.readyTimeout ?? 30_000,
    signals: options.signals ?? true,
    log: typeof log === "function" ? log : log ? writeToStderr : () => {},
  };
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
  return existsSync(scriptPath(value as string | URL));
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
