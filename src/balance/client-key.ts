// Pure: the key by which a client's address sticks to a node.
import { formatIPv6, isIPv4, mappedIPv4, parseIPv6 } from "./ip-address.js";

/**
 * What stands for the client: an IPv4 address for itself, also where it comes as an IPv4-mapped IPv6 address
 * (`::ffff:1.2.3.4`); of any other IPv6 address its /64 such as `2001:db8::/64`, as privacy extensions let a client
 * change all the rest whenever it likes. The spelling does not matter and a zone (`%eth0`) is dropped.
 * What is no IP address, such as the "" of a Unix socket, stays as it is.
 */
export function clientKey(address: string): string {
  if (isIPv4(address)) return address;
  const [withoutZone = ""] = address.split("%");
  const groups = parseIPv6(withoutZone);
  if (groups === undefined) return address;
  return mappedIPv4(groups) ?? `${formatIPv6([...groups.slice(0, 4), 0, 0, 0, 0])}/64`;
}
