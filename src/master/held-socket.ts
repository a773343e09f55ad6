// Binds an address once and holds the socket until the end: nodes inherit it, or get a copy sent.
import { lookup } from "node:dns/promises";
import net, { type AddressInfo } from "node:net";
import { getSystemErrorName } from "node:util";
import { BindError } from "../errors.js";
import type { Port, TcpPort } from "../options.js";
import type { SocketInfo, SocketKey } from "../protocol.js";
import { describe } from "../serve/ports.js";
import type { SocketHandle } from "../serve/server.js";
import { identify, removeSocketFile } from "../serve/socket-file.js";

export interface HeldSocket extends SocketInfo {
  readonly handle: SocketHandle;
  close(): void;
}

interface BoundHandle extends SocketHandle {
  getsockname?(address: object): number;
}

interface NetInternals {
  _createServerHandle(
    address: string,
    port: number,
    family: number,
    fd: undefined,
    flags: number,
  ): BoundHandle | number;
}

const IPV6_ONLY = 1;
/** What a machine without IPv6 answers: Node listens on IPv4 instead, and so do we. */
const NO_IPV6 = new Set(["EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL"]);

/**
 * Binds an address.
 * @throws BindError MN_ERR_PORT_IN_USE, MN_ERR_NO_PERMISSION, MN_ERR_HOST_NOT_FOUND or MN_ERR_BIND
 */
export async function hold(key: SocketKey, port: Port): Promise<HeldSocket> {
  return "path" in port ? holdPath(key, port.path, port) : holdPort(key, port);
}

async function holdPort(key: SocketKey, port: TcpPort): Promise<HeldSocket> {
  const { handle, address } = port.host === undefined ? bindEverywhere(port) : bindTo(await resolve(port), port);
  return { key, address, handle, close: () => handle.close() };
}

function bindEverywhere(port: TcpPort): { handle: BoundHandle; address: AddressInfo } {
  try {
    return bindTo({ address: "::", family: 6 }, port);
  } catch (error) {
    const code = ((error as BindError).cause as NodeJS.ErrnoException).code ?? "";
    if (port.ipv6Only || !NO_IPV6.has(code)) throw error;
    return bindTo({ address: "0.0.0.0", family: 4 }, port);
  }
}

async function resolve(port: TcpPort): Promise<{ address: string; family: number }> {
  try {
    return await lookup(port.host as string);
  } catch (error) {
    throw new BindError("MN_ERR_HOST_NOT_FOUND", `host ${port.host} has no address`, error);
  }
}

/** A port in use shows only when the bound address is asked for: libuv keeps the error of the binding until then. */
function bindTo(to: { address: string; family: number }, port: TcpPort): { handle: BoundHandle; address: AddressInfo } {
  const handle = createHandle(to.address, port.port, to.family, port, port.ipv6Only ? IPV6_ONLY : 0);
  const address: Partial<AddressInfo> = {};
  const status = handle.getsockname?.(address) ?? 0;
  if (status === 0) return { handle, address: address as AddressInfo };
  handle.close();
  throw bindError(status, port);
}

async function holdPath(key: SocketKey, path: string, port: Port): Promise<HeldSocket> {
  const left = identify(path);
  if (left !== undefined && (await isAbandoned(path))) removeSocketFile({ key, address: path, file: left });
  const handle = createHandle(path, -1, -1, port, 0);
  const file = identify(path);
  return { key, address: path, handle, ...(file && { file }), close: () => handle.close() };
}

/** The file of a server that was killed refuses connections: nobody is behind it. */
function isAbandoned(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}

/**
 * The function behind server.listen() that binds without listening; node:cluster uses it too. Its public successor,
 * net.BoundSocket of Node 24.21, is given away when it is sent to another process, so it cannot be held.
 */
function createHandle(address: string, port: number, family: number, asked: Port, flags: number): BoundHandle {
  const handle = (net as unknown as NetInternals)._createServerHandle(address, port, family, undefined, flags);
  if (typeof handle === "number") throw bindError(handle, asked);
  return handle;
}

function bindError(status: number, port: Port): BindError {
  const name = getSystemErrorName(status);
  const cause = Object.assign(new Error(`bind ${name} ${describe(port)}`), {
    code: name,
    errno: status,
    syscall: "bind",
  });
  switch (name) {
    case "EADDRINUSE":
      return new BindError(
        "MN_ERR_PORT_IN_USE",
        `${describe(port)} is in use by another program; end that one or choose another`,
        cause,
      );
    case "EACCES":
    case "EPERM":
      return new BindError("MN_ERR_NO_PERMISSION", `no permission to listen on ${describe(port)}`, cause);
    default:
      return new BindError("MN_ERR_BIND", `cannot listen on ${describe(port)}: ${name}`, cause);
  }
}
