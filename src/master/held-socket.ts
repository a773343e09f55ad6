// Binds an address once and holds the socket until the end: nodes inherit it, or get a copy sent.
import { existsSync, readFileSync } from "node:fs";
import { lookup } from "node:dns/promises";
import type { AddressInfo } from "node:net";
import { dirname, resolve as resolvePath } from "node:path";
import { getSystemErrorName } from "node:util";
import { BindError } from "../errors.js";
import type { PathPort, Port, TcpPort, UdpPort } from "../port-options.js";
import type { SocketInfo, SocketKey } from "../protocol.js";
import { type AcceptingHandle, bindHandle, type BoundHandle } from "../serve/handles.js";
import type { UdpHandle } from "../serve/udp-handles.js";
import { bindError } from "./bind-error.js";
import { bindUdp } from "./bind-udp.js";
import type { InheritedSockets } from "./inherited.js";
import { identify, isInPlace, refuses, removeSocketFile } from "../serve/socket-file.js";
import { makeSpare, removeOldSpares } from "../serve/socket-spare.js";
import { withMask } from "./socket-mode.js";

export interface HeldSocket extends SocketInfo {
  /** Whether this process has bound it, or was given it by whom it was started. */
  readonly origin: "bound" | "given";
  readonly handle: AcceptingHandle | UdpHandle;
  close(): void;
}

/** Bytes of a path that Linux takes for a socket; older versions of Node would cut a longer one and use what is left. */
const LONGEST_PATH = 107;
const PATH_ATTEMPTS = 5;
const IPV6_ONLY = 1;
/** What a machine without IPv6 answers: Node listens on IPv4 instead, and so do we. */
const NO_IPV6 = new Set(["EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL"]);

/**
 * Binds an address, or takes the socket for it that this process was started with.
 * @throws BindError MN_ERR_PORT_IN_USE, MN_ERR_NO_PERMISSION, MN_ERR_HOST_NOT_FOUND or MN_ERR_BIND
 */
export async function hold(key: SocketKey, port: Port, inherited: InheritedSockets): Promise<HeldSocket> {
  const had = inherited.take(key, port);
  if (had !== undefined) return { key, origin: "given", ...had, close: () => had.handle.close() };
  if ("fd" in port) throw bindError("EBADF", port);
  return "path" in port ? holdPath(key, port) : holdPort(key, port);
}

async function holdPort(key: SocketKey, port: TcpPort | UdpPort): Promise<HeldSocket> {
  const { handle, address } = "udp" in port ? bindUdp(port) : await bindTcp(port);
  return { key, origin: "bound", address, handle, close: () => handle.close() };
}

async function bindTcp(port: TcpPort): Promise<{ handle: BoundHandle; address: AddressInfo }> {
  return port.host === undefined ? bindEverywhere(port) : bindTo(await resolve(port), port);
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
  throw bindError(getSystemErrorName(status), port);
}

async function holdPath(key: SocketKey, port: PathPort): Promise<HeldSocket> {
  const { path } = port;
  if (Buffer.byteLength(path) > LONGEST_PATH) throw bindError(codeOfLongPath(), port);
  if (!isAbstract(path)) await makeRoom(key, port);
  const { handle, file } = bindPath(key, port, PATH_ATTEMPTS);
  return { key, origin: "bound", address: path, handle, ...(file && { file }), close: () => handle.close() };
}

/** Binds once more where another node of the same program removes the file just now, taking it for an old one. */
function bindPath(key: SocketKey, port: PathPort, attempts: number): Pick<HeldSocket, "handle" | "file"> {
  const { path } = port;
  const handle = withMask(port.access, () => createHandle(path, -1, -1, port, 0));
  if (isAbstract(path)) return { handle };
  const file = identify(path);
  if (file !== undefined) {
    makeSpare(path, file);
    if (isInPlace({ key, address: path, file })) return { handle, file };
    removeSocketFile({ key, address: path, file });
  }
  handle.close();
  if (attempts <= 1) throw bindError("EADDRINUSE", port);
  return bindPath(key, port, attempts - 1);
}

/** Newer versions of Node refuse such a path with a code of their own; asked below a file, so that nothing is ever bound. */
function codeOfLongPath(): string {
  const status = bindHandle(`/dev/null/${"x".repeat(LONGEST_PATH)}`, -1, -1, 0);
  return typeof status === "number" && getSystemErrorName(status) === "EINVAL" ? "EINVAL" : "ENAMETOOLONG";
}

/** Removes what a server that was killed has left. */
async function makeRoom(key: SocketKey, port: PathPort): Promise<void> {
  const { path } = port;
  if (!existsSync(dirname(path))) throw bindError("ENOENT", port);
  await removeOldSpares(key, path);
  const left = identify(path);
  if (left !== undefined && (await isAbandoned(path))) removeSocketFile({ key, address: path, file: left });
}

/** Linux' own names for sockets, which are no files. */
function isAbstract(path: string): boolean {
  return path.startsWith("\0");
}

/**
 * The file of a server that was killed refuses connections: nobody is behind it. That of a service whose first node is
 * still starting refuses them too, but the system knows its socket.
 */
async function isAbandoned(path: string): Promise<boolean> {
  return (await refuses(path)) && !boundPaths().includes(resolvePath(path));
}

function boundPaths(): string[] {
  try {
    return readFileSync("/proc/net/unix", "utf8")
      .split("\n")
      .map((line) => line.replace(/^(\S+\s+){7}/, ""))
      .map((bound) => resolvePath(bound));
  } catch {
    return [];
  }
}

/** net.BoundSocket of Node 24.21 would be the public way; but it is given away when it is sent to another process, so it cannot be held. */
function createHandle(address: string, port: number, family: number, asked: Port, flags: number): BoundHandle {
  const handle = bindHandle(address, port, family, flags);
  if (typeof handle === "number") throw bindError(getSystemErrorName(handle), asked);
  return handle;
}
