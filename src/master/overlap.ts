// Pure: which bound sockets would take each other's connections.
import type { AddressInfo } from "node:net";
import type { SocketInfo } from "../protocol.js";
import { allowsReuse, isUdp } from "../socket-key.js";

/**
 * Whether no more than one of them can listen, or receive. The system tells so only once one does: with SO_REUSEADDR, which Node sets,
 * both may be bound until then.
 */
export function overlap(one: SocketInfo, other: SocketInfo): boolean {
  if (typeof one.address === "string" || typeof other.address === "string") return false;
  if (one.address.port !== other.address.port || isUdp(one) !== isUdp(other)) return false;
  if (allowsReuse(one.key) && allowsReuse(other.key)) return false;
  return covers(one, other.address) || covers(other, one.address);
}

function covers({ key, address: at }: SocketInfo, { address, family }: AddressInfo): boolean {
  const own = at as AddressInfo;
  if (own.address === address) return own.family === family;
  if (own.address === "0.0.0.0") return family === "IPv4";
  if (own.address !== "::") return false;
  return family === "IPv6" || !isIpv6Only(key);
}

/** As socketKey() writes it. */
function isIpv6Only(key: string): boolean {
  return key.includes("!6:");
}
