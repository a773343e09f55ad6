// A UDP socket that several nodes have: what the system keeps once for all of them is to look like each node's own.
import type { Socket } from "node:dgram";
import { constants } from "node:os";
import type { MulticastGroup, UdpHandle } from "../serve/udp-handles.js";

const { EADDRINUSE, EADDRNOTAVAIL, ENOTCONN } = constants.errno;

/** What the system answers where the socket is in a group already, of every source or of one. */
const MEMBERSHIPS = [
  { add: "addMembership", drop: "dropMembership", isMember: -EADDRINUSE },
  { add: "addSourceSpecificMembership", drop: "dropSourceSpecificMembership", isMember: -EADDRNOTAVAIL },
] as const;

export function share(handle: UdpHandle, socket: Socket): void {
  for (const membership of MEMBERSHIPS) shareMemberships(handle, membership);
  shareConnection(handle, socket);
}

/**
 * The first node makes the socket a member of a group, which it stays as long as the master holds it: a node that leaves the
 * group, perhaps as it ends, is not to take it away from the others.
 */
function shareMemberships(handle: UdpHandle, { add, drop, isMember }: (typeof MEMBERSHIPS)[number]): void {
  const own = new Set<string>();
  const join = handle[add].bind(handle);
  handle[add] = (...group: MulticastGroup) => {
    const name = JSON.stringify(group);
    const status = join(...group);
    if (status !== 0 && (status !== isMember || own.has(name))) return status;
    own.add(name);
    return 0;
  };
  handle[drop] = (...group: MulticastGroup) => (own.delete(JSON.stringify(group)) ? 0 : -EADDRNOTAVAIL);
}

/** Another node may have connected the socket: the program in this one is to find it as it does in the first. */
function shareConnection(handle: UdpHandle, socket: Socket): void {
  const { getpeername, connect, connect6 } = handle;
  // node:dgram forgets this one where it is given a handle.
  const ownConnect = isIpv6(socket) ? connect6 : connect;
  handle.connect = ownConnect;
  if (getpeername.call(handle, {}) !== 0) return;
  handle.getpeername = () => -ENOTCONN;
  handle.connect = (...to) => {
    handle.disconnect();
    Object.assign(handle, { getpeername, connect: ownConnect });
    return ownConnect.apply(handle, to);
  };
}

function isIpv6(socket: Socket): boolean {
  return (socket as Socket & { type: string }).type === "udp6";
}
