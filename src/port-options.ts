// Where to listen: the options of one port.
import { UsageError } from "./errors.js";
import { backlog, check, flag, isText, portNumber, type Rule, show, tcpPort } from "./option-rules.js";

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

/** Where to listen, complete. */
export type Port = PathPort | TcpPort | InheritedPort | UdpPort;
/** What listen() takes, complete. */
export type NamedPort = Exclude<Port, InheritedPort | UdpPort>;
/** A socket that the master was started with, by its descriptor; only hosted programs name one. */
export type InheritedPort = { fd: number; backlog: number };
/** A Unix socket to listen on, complete; `access` is 1 where all users may read from it, 2 where they may write, or the sum. */
export type PathPort = { path: string; backlog: number; access?: number };
/** A UDP port to receive on; only hosted programs ask for one. */
export type UdpPort = { udp: UdpAddress };
/** What node:dgram is asked to bind. */
export interface UdpAddress {
  type: "udp4" | "udp6";
  /** An IP address. */
  address: string;
  port: number;
  /** As the system's calls take them: see UdpFlag. */
  flags: number;
}
/** libuv's own numbers, which node:dgram passes on. */
export const UdpFlag = { ipv6Only: 1, reuseAddress: 4 } as const;
/** A TCP port to listen on, complete. */
export type TcpPort = { port: number; host: string | undefined; ipv6Only: boolean; backlog: number };

export const portRules: Record<keyof PortOptions, Rule> = {
  port: tcpPort,
  host: { takes: "an address or a host name, a string that is not empty", accepts: isText },
  path: { takes: "the path of a Unix socket, a string that is not empty", accepts: isText },
  backlog,
  ipv6Only: flag,
};

/**
 * Checks the options of nodes.listen() and fills in the defaults.
 * @throws UsageError MN_ERR_OPTION, naming the option, what came and what is taken.
 */
export function checkPortOptions(options: PortOptions): NamedPort {
  check(options, portRules);
  return completePort(options);
}

/** Fills in the defaults of options that keep to the rules. */
export function completePort(options: PortOptions): NamedPort {
  const { path, host, ipv6Only = false, backlog = 511 } = options;
  if (path === undefined) return { port: portNumber(options.port ?? 80) as number, host, ipv6Only, backlog };
  const other = (["port", "host", "ipv6Only"] as const).find((name) => options[name] !== undefined);
  if (other === undefined) return { path, backlog };
  throw new UsageError("MN_ERR_OPTION", `option path: is taken without ${other}, got path ${show(path)} and ${other}`);
}
