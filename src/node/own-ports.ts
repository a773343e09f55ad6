// Ports that a program asks for with `exclusive: true`: each for one process, or shared all the same where the user says so.
import { subscribe } from "node:diagnostics_channel";
import type { Socket as UdpSocket } from "node:dgram";
import { EventEmitter } from "node:events";
import net, { type Server } from "node:net";
import type { SocketAddress } from "../protocol.js";
import type { Answer, Query } from "./cluster-seam.js";
import { isErrorHeard } from "./error-heard.js";

export interface OwnPortsEvents {
  /** Told of a port that another process has. */
  taken: (address: SocketAddress) => void;
  /** Told of the same, once, where the program does not listen for the error. */
  failed: (error: Error) => void;
  /** Told of a UDP socket that is bound; servers tell of themselves. */
  boundUdp: (socket: UdpSocket) => void;
}

export interface NetInternals extends Server {
  _handle: object | null;
  /** Another one with each listen() and close(). */
  _listeningId: number;
  _listen2: (
    this: NetInternals,
    address: string | null,
    port: number,
    addressType: unknown,
    backlog?: number,
    fd?: number | null,
    flags?: number,
  ) => void;
}

type Dgram = { bind: (this: UdpSocket, ...args: unknown[]) => UdpSocket };

/** What Node publishes where a server cannot listen on a socket of its own, before the program hears of that. */
const FAILS = "tracing:net.server.listen:error";
const REUSE_PORT = 2;
const prototype = net.Server.prototype as NetInternals;
const listen = prototype._listen2;

/** Servers whose port the user has left to Node. */
const left = new WeakSet<Server>();

/** Listens as node:net does it where there is no cluster. One process gets the port; `without` is told that this one does not. */
export function listenAlone(server: Server, query: Query, without: () => void): void {
  const onError = (error: NodeJS.ErrnoException): void => {
    if (server.listenerCount("error") > 0) return;
    if (error.code !== "EADDRINUSE") throw error;
    without();
  };
  left.add(server);
  // Before those of the program: what listens once is gone as soon as it has heard.
  server.prependOnceListener("error", onError);
  server.once("listening", () => server.off("error", onError));
  listen.apply(server as NetInternals, argumentsOf(query));
}

/** Tells of ports that the program asks for itself and does not get. */
export function watchOwnPorts(events: OwnPortsEvents): void {
  subscribe(FAILS, (message) => {
    const { server, error } = message as { server: Server; error: ListenError };
    if (error.code === "EADDRINUSE" && !left.has(server)) onTaken(server, error, {}, events);
  });
  onFirstUdpSocket((dgram) => {
    const { bind } = dgram;
    dgram.bind = function (this: UdpSocket, ...args: unknown[]): UdpSocket {
      if (isExclusive(args[0])) watchUdp(this, events);
      return bind.apply(this, args);
    };
  });
}

/** Lets the program have them from the service, as if it had not asked for one of its own. */
export function shareOwnPorts(folder: string, getServer: (server: Server, query: Query, answer: Answer) => void): void {
  prototype._listen2 = function (this: NetInternals, ...args: Parameters<typeof listen>): void {
    const [address, port, addressType, backlog, fd, flags = 0] = args;
    const isOurs = port === -1 && address?.startsWith(folder) === true;
    // node:net comes here once more with the socket that it has got.
    if (this._handle !== null || isOurs || (flags & REUSE_PORT) !== 0) return listen.apply(this, args);
    const query = {
      address,
      port,
      addressType: addressType as number,
      fd,
      flags,
      ...(backlog !== undefined && { backlog }),
    };
    const asked = this._listeningId;
    getServer(this, query, (_error, handle) => {
      if (asked !== this._listeningId) return (handle as { close(): void }).close();
      this._handle = handle;
      listen.apply(this, args);
    });
  };
  onFirstUdpSocket((dgram) => {
    const { bind } = dgram;
    dgram.bind = function (this: UdpSocket, ...args: unknown[]): UdpSocket {
      const [options, ...rest] = args;
      const shared = isExclusive(options) ? { ...options, exclusive: false } : options;
      return bind.apply(this, args.length === 0 ? [] : [shared, ...rest]);
    };
  });
}

type ListenError = NodeJS.ErrnoException & { address?: string; port?: number };

function argumentsOf({ address, port, addressType, backlog, fd, flags }: Query): Parameters<typeof listen> {
  return [address, port, addressType, backlog, fd, flags];
}

function onTaken(
  emitter: EventEmitter,
  error: ListenError,
  transport: Pick<SocketAddress, "transport">,
  { taken, failed }: OwnPortsEvents,
): void {
  const { address = "", port = 0 } = error;
  taken({ address, port, family: address.includes(":") ? "IPv6" : "IPv4", ...transport });
  if (!isErrorHeard(emitter)) emitter.once("error", () => failed(error));
}

function watchUdp(socket: UdpSocket, events: OwnPortsEvents): void {
  const onError = (error: ListenError): void => {
    if (error.code === "EADDRINUSE") onTaken(socket, error, { transport: "udp" }, events);
  };
  // A monitor is no listener for errors: what nobody listens for still ends the process.
  (socket as EventEmitter).once(EventEmitter.errorMonitor, onError);
  socket.once("listening", () => {
    (socket as EventEmitter).off(EventEmitter.errorMonitor, onError);
    events.boundUdp(socket);
  });
}

/** Not of clients, which node:dgram binds in this way at any free port. */
function isExclusive(options: unknown): options is object {
  if (typeof options !== "object" || options === null) return false;
  const { exclusive, port, fd } = options as { exclusive?: unknown; port?: unknown; fd?: unknown };
  return Boolean(exclusive) && Number(port) > 0 && fd === undefined;
}

/** node:dgram is not loaded for programs that do without. */
function onFirstUdpSocket(prepare: (dgram: Dgram) => void): void {
  let state: "waiting" | "prepared" = "waiting";
  subscribe("udp.socket", (message) => {
    if (state === "prepared") return;
    state = "prepared";
    prepare(Object.getPrototypeOf((message as { socket: UdpSocket }).socket) as Dgram);
  });
}
