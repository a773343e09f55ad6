// A program that knows nothing of this package: what it listens on comes from the master, when it serves is found out.
import type { Socket as UdpSocket } from "node:dgram";
import type { AddressInfo, Server } from "node:net";
import { constants } from "node:os";
import { getSystemErrorMap } from "node:util";
import { BindError, MultiNodeError } from "../errors.js";
import type { Port } from "../port-options.js";
import { Deferred } from "../promises.js";
import type { SocketKey } from "../protocol.js";
import { handleFor } from "../serve/server.js";
import type { Service } from "../serve/service.js";
import type { Answer, Query } from "./cluster-seam.js";
import type { Intake } from "./intake.js";
import { type NodeSockets, RefusedError } from "./node-sockets.js";
import { bindUdp } from "./udp.js";

export interface HostingOptions {
  /** What earlier nodes of the service have listened on. */
  expected: readonly SocketKey[];
  /** TCP ports that are left to Node. */
  exclusive: readonly number[];
  sockets: NodeSockets;
  intake: Intake;
  service: Service;
  /** Told of a socket that cannot be had, where the program does not listen for that. */
  failed: (error: Error) => void;
  /** Told each time that the program listens somewhere. */
  listening: (address: AddressInfo | string) => void;
}

interface NetInternals extends Server {
  _listen2(
    address: string | null,
    port: number,
    addressType: unknown,
    backlog?: number,
    fd?: number | null,
    flags?: number,
  ): void;
}

const IPV6_ONLY = 1;
/** Milliseconds for which a node waits for sockets that others of its service have and this one does not listen on. */
const REST_MS = 5_000;

export class Hosting {
  /** Resolves once the program listens on all that others of its service do, or on some of it for a while. */
  readonly serving: Deferred<void> = new Deferred();
  readonly #options: HostingOptions;
  readonly #expected: Set<SocketKey>;

  constructor(options: HostingOptions) {
    this.#options = options;
    this.#expected = new Set(options.expected);
  }

  /** Gives a server what it wants to listen on. */
  readonly getServer = (server: Server, query: Query, answer: Answer): void => {
    if (typeof query.addressType === "string") return bindUdp(server as unknown as UdpSocket, query, answer);
    const port = portOf(query);
    if ("port" in port && this.#options.exclusive.includes(port.port)) return listenAlone(server, query);
    try {
      this.#give(server, query, port, answer);
    } catch (error) {
      this.#fail(server, query, error as MultiNodeError);
    }
  };

  #give(server: Server, query: Query, port: Port, answer: Answer): void {
    const { sockets } = this.#options;
    const key = sockets.ports.claim(port);
    const socket = sockets.take(key, port);
    if (!(socket instanceof Promise)) return this.#attach(server, key, handleFor(server, socket), answer);
    // Nothing else may keep this process alive while it waits.
    process.channel?.ref();
    socket
      .then(
        (given) => this.#attach(server, key, handleFor(server, given), answer),
        (error: MultiNodeError) => {
          sockets.ports.release(key);
          this.#fail(server, query, error);
        },
      )
      .finally(() => process.channel?.unref());
  }

  /** What the program does not want to hear of would end it with a stack that is none of its own. */
  #fail(server: Server, query: Query, error: MultiNodeError): void {
    process.nextTick(() => {
      const isHeard = server.listenerCount("error") > 0 || process.listenerCount("uncaughtException") > 0;
      if (isHeard) server.emit("error", errorOf(query, error));
      else this.#options.failed(error);
    });
  }

  #attach(server: Server, key: SocketKey, handle: { close(): void }, answer: Answer): void {
    const { sockets, service, intake, listening } = this.#options;
    service.watch(server);
    const close = handle.close.bind(handle);
    handle.close = (...args: []) => {
      sockets.ports.release(key);
      close(...args);
    };
    server.once("listening", () => {
      intake.open(key);
      listening(sockets.ports.address(key) ?? "");
      this.onListening(key);
    });
    answer(0, handle);
  }

  /** The program listens on a socket, by whichever way. */
  onListening(key: SocketKey): void {
    this.#expected.delete(key);
    if (this.#expected.size === 0) this.serving.resolve();
    else setTimeout(() => this.serving.resolve(), REST_MS).unref();
  }
}

function portOf({ address, port, fd, flags = 0, backlog = 511 }: Query): Port {
  if (typeof fd === "number" && fd >= 0) return { fd, backlog };
  if (port === -1) return { path: address ?? "", backlog };
  return { port, host: address ?? undefined, ipv6Only: (flags & IPV6_ONLY) !== 0, backlog };
}

/** As node:net does it where there is no cluster: another node that wants the port is told that it is in use. */
function listenAlone(server: Server, { address, port, addressType, backlog, fd, flags }: Query): void {
  (server as NetInternals)._listen2(address, port, addressType, backlog, fd, flags);
}

/** The error that node:net gives where it binds itself, so that a program which knows that one finds it. */
function errorOf({ address, port }: Query, error: MultiNodeError): Error {
  const code = error instanceof RefusedError ? error.system : error instanceof BindError ? "EADDRINUSE" : "EINVAL";
  const number = (constants.errno as Record<string, number>)[code];
  const errno = number === undefined ? undefined : -number;
  const where = port < 0 ? address : `${address ?? "::"}:${port}`;
  const [, text] = getSystemErrorMap().get(errno ?? 0) ?? [code, error.message];
  return Object.assign(new Error(`listen ${code}: ${text} ${where}`), {
    code,
    errno,
    syscall: "listen",
    address: address ?? "::",
    port,
  });
}
