// Pure, as node:net only looks at text here: IP addresses are compared as addresses, however they are spelled.
import { isIPv4, isIPv6, SocketAddress } from "node:net";

const MAPPED = "::ffff:";

/** The canonical spelling of an IPv6 address, its zone kept (RFC 5952); any other text as it is. */
export function canonicalAddress(address: string): string {
  const [plain = "", ...zone] = address.split("%");
  if (!isIPv6(plain)) return address;
  return [new SocketAddress({ address: plain, family: "ipv6" }).address, ...zone].join("%");
}

/** The same, and of an IPv4-mapped IPv6 address (`::ffff:1.2.3.4`) the IPv4 address: those connections are its own. */
export function unmappedAddress(address: string): string {
  const canonical = canonicalAddress(address);
  const mapped = canonical.startsWith(MAPPED) ? canonical.slice(MAPPED.length) : "";
  return isIPv4(mapped) ? mapped : canonical;
}
