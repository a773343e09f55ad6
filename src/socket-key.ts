// Pure: the names of held sockets, made from what a program asks for.
import { canonicalAddress } from "./ip-address.js";
import { type Port, UdpFlag, type UdpPort } from "./port-options.js";
import type { SocketInfo, SocketKey } from "./protocol.js";

/**
 * The name of a held socket: its address and, for `port: 0`, which free port of that address it is. The same program
 * runs in every process, so the n-th request for a free port names the same socket in each.
 */
export function socketKey(port: Port, freePortsBefore: number): SocketKey {
  if ("udp" in port) return udpKey(port, freePortsBefore);
  if ("fd" in port) return `fd:${port.fd}`;
  if ("path" in port) return `path:${port.path}`;
  const host = port.host === undefined ? "*" : canonicalAddress(port.host);
  const address = `${host}${port.ipv6Only ? "!6" : ""}:${port.port}`;
  return port.port === 0 ? `tcp:${address}#${freePortsBefore + 1}` : `tcp:${address}`;
}

/** In the name of a UDP socket that others may be bound beside. */
const REUSE = "!reuse";

/** What sets a socket apart from others at the same address. */
export function marksOf(key: SocketKey): string {
  return (/(?:![a-z\d]+)+(?=:\d+(?:#\d+)?$)/.exec(key) ?? [""])[0];
}

/** Whether several sockets can have the address that is named, which is not a free port. */
export function allowsReuse(key: SocketKey): boolean {
  return key.includes(REUSE) && !key.includes(":0#");
}

/** One address can be bound several times with `reuseAddr`: those sockets are counted as free ports are. */
function udpKey({ udp: { type, address, port, flags } }: UdpPort, before: number): SocketKey {
  const reuses = (flags & UdpFlag.reuseAddress) !== 0;
  const marks = `${flags & UdpFlag.ipv6Only ? "!6" : ""}${reuses ? REUSE : ""}`;
  const name = `${type}:${canonicalAddress(address)}${marks}:${port}`;
  return port === 0 || reuses ? `${name}#${before + 1}` : name;
}

/** Whether a held socket receives datagrams and accepts no connections. */
export function isUdp({ address }: Pick<SocketInfo, "address">): boolean {
  return typeof address === "object" && address.transport === "udp";
}
