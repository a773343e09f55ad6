// Binds a UDP address: datagrams wait in the socket while nodes are replaced.
import { getSystemErrorName } from "node:util";
import type { UdpPort } from "../port-options.js";
import type { SocketAddress } from "../protocol.js";
import { makeUdpHandle, udpAddress, type UdpHandle } from "../serve/udp-handles.js";
import { bindError } from "./bind-error.js";

/** @throws BindError MN_ERR_PORT_IN_USE, MN_ERR_NO_PERMISSION or MN_ERR_BIND */
export function bindUdp(port: UdpPort): { handle: UdpHandle; address: SocketAddress } {
  const { type, address, port: number, flags } = port.udp;
  const handle = makeUdpHandle(type);
  const status = handle.bind(address, number, flags);
  if (status === 0) return { handle, address: udpAddress(handle) };
  handle.close();
  throw bindError(getSystemErrorName(status), port);
}
