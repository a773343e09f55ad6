// Pure: which bound sockets are the same address, and which would take each other's connections.
import type { AddressInfo } from "node:net";
import { canonicalAddress, unmappedAddress } from "../ip-address.js";
import type { Port } from "../port-options.js";
import type { SocketAddress, SocketInfo, SocketKey } from "../protocol.js";
import { allowsReuse, isUdp, marksOf } from "../socket-key.js";

/** What a port asks for; `undefined` where it does not say which port, or asks for something else. */
export function fixedAddressOf(port: Port): SocketAddress | undefined {
  const { address = "::", port: number = 0 } =
    "udp" in port ? port.udp : "port" in port ? { ...port, address: port.host } : {};
  if (number === 0) return undefined;
  const family = isIPv6Address(address) ? "IPv6" : "IPv4";
  return { address, family, port: number, ...("udp" in port && { transport: "udp" }) };
}

/** Whether both are one socket, however its address was spelled when it was asked for. */
export function isSame(one: SocketInfo, other: SocketInfo): boolean {
  if (typeof one.address === "string" || typeof other.address === "string") return one.address === other.address;
  if (one.address.port !== other.address.port || isUdp(one) !== isUdp(other)) return false;
  if (allowsReuse(one.key) && allowsReuse(other.key)) return one.key === other.key;
  const address = canonicalAddress(one.address.address);
  return address === canonicalAddress(other.address.address) && marksOf(one.key) === marksOf(other.key);
}

/**
 * Whether no more than one of them can listen, or receive. The system tells so only once one does: with SO_REUSEADDR, which Node sets,
 * both may be bound until then.
 */
export function overlap(one: SocketInfo, other: SocketInfo): boolean {
  if (typeof one.address === "string" || typeof other.address === "string") return false;
  if (one.address.port !== other.address.port || isUdp(one) !== isUdp(other)) return false;
  if (allowsReuse(one.key) && allowsReuse(other.key)) return false;
  return covers(one.key, one.address, other.address) || covers(other.key, other.address, one.address);
}

/** An IPv4-mapped address is that of an IPv6 socket which takes IPv4 connections. */
function covers(key: SocketKey, { address: own }: AddressInfo, { address: other }: AddressInfo): boolean {
  const [one, two] = [unmappedAddress(own), unmappedAddress(other)];
  if (one === two || (one === "0.0.0.0" && !isIPv6Address(two))) return true;
  return one === "::" && (isIPv6Address(two) || !isIpv6Only(key));
}

/** Of what is an address in any case. */
function isIPv6Address(address: string): boolean {
  return address.includes(":");
}

/** As socketKey() writes it. */
function isIpv6Only(key: SocketKey): boolean {
  return key.includes("!6:");
}
