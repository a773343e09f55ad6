// What a process serves: each server with its connections, from the held socket to the end of its drain.
import type { Socket } from "node:dgram";
import type { Server } from "node:net";
import { durationText } from "../duration.js";
import type { NamedPort } from "../port-options.js";
import type { Beat } from "../protocol.js";
import type { Drain, ServerSource } from "../role.js";
import { Connections } from "./connections.js";
import { Datagrams } from "./datagrams.js";
import { type DrainOptions, drain } from "./drain.js";
import { ResponseTimes } from "./response-times.js";
import { observe } from "./observe.js";
import type { StickyCookie } from "./sticky-cookie.js";
import { adopt, type ListeningSocket, makeServer, stopAccepting } from "./server.js";

interface End extends Omit<DrainOptions, "servers"> {
  /** "close" unless given. */
  servers?: DrainOptions["servers"];
  /** Is told what had to be cut. */
  log: (line: string) => void;
}

export class Service {
  readonly #servers = new Map<Server, Connections>();
  /** UDP sockets with what they have received. */
  readonly #datagrams = new Map<Socket, Datagrams>();
  readonly #times = new ResponseTimes();
  /** By servers that are closed. */
  #servedBefore = 0;
  readonly #mayAccept: Promise<void>;
  readonly #stickyCookie: () => StickyCookie | undefined;
  #state: "serving" | "ended" = "serving";

  /**
   * @param mayAccept resolves when servers may accept connections
   * @param stickyCookie what answers tell of this process, if anything
   */
  constructor(
    mayAccept: Promise<void> = Promise.resolve(),
    stickyCookie: () => StickyCookie | undefined = () => undefined,
  ) {
    this.#mayAccept = mayAccept;
    this.#stickyCookie = stickyCookie;
  }

  /**
   * Makes the server and lets it accept from the held socket.
   * @param prepare what has to be done before the server listens
   */
  async serve(
    source: ServerSource,
    socket: ListeningSocket,
    port: NamedPort,
    prepare: (server: Server) => Promise<void>,
  ): Promise<void> {
    // The program has what listen() returned before its function runs.
    await Promise.resolve();
    const server = await makeServer(source);
    await this.#mayAccept;
    await prepare(server);
    if (this.#state === "ended") return;
    this.watch(server);
    await adopt(server, socket, port.backlog);
  }

  /** Counts a server's connections from now on, until it is closed, and drains it with all others; one that comes later than that gets none. */
  watch(server: Server): void {
    if (this.#servers.has(server)) return;
    if (this.#state === "ended") return stopAccepting(server);
    const connections = new Connections(server, this.#times, this.#stickyCookie());
    this.#servers.set(server, connections);
    const end = observe(server, "close", () => {
      end();
      if (this.#state === "ended") return;
      this.#servers.delete(server);
      this.#servedBefore += connections.served;
      connections.release();
    });
  }

  /** Counts what a bound UDP socket receives, and drains it with the servers. */
  watchUdp(socket: Socket): void {
    const datagrams = new Datagrams(socket);
    if (this.#state === "ended") return datagrams.stopReceiving();
    this.#datagrams.set(socket, datagrams);
    socket.once("close", () => {
      if (this.#datagrams.delete(socket)) this.#servedBefore += datagrams.received;
    });
  }

  /** What this process has served and what it holds now. Asked with each heartbeat, by which it knows what is past. */
  counts(): Pick<Beat, "served" | "connections" | "responseTime"> {
    const all = [...this.#servers.values()];
    const received = [...this.#datagrams.values()].reduce((sum, datagrams) => sum + datagrams.received, 0);
    return {
      served: all.reduce((sum, { served }) => sum + served, this.#servedBefore + received),
      connections: all.reduce((sum, { size }) => sum + size, 0),
      responseTime: this.#times.beat(),
    };
  }

  /**
   * Takes every server out of service: tells the program, finishes what is in flight, cuts the rest after `timeout`
   * milliseconds, idle connections after `idle`. Resolves when nothing is left, and the program is done or the time is over.
   */
  async end({ timeout, idle, servers = "close", log }: End, tell: (drain: Drain) => Promise<void>): Promise<void> {
    this.#state = "ended";
    const cut = new AbortController();
    const overdue = new Promise<void>((resolve) => {
      setTimeout(() => {
        const { connections } = this.counts();
        if (connections > 0) log(overrunText(connections, timeout));
        cut.abort();
        resolve();
      }, timeout).unref();
    });
    const told = tell({ deadline: Date.now() + timeout, signal: cut.signal });
    const drained = [...this.#servers].map(([server, connections]) =>
      drain(server, connections, { timeout, idle, servers }, cut.signal),
    );
    const received = [...this.#datagrams.values()].map((datagrams) =>
      datagrams.drain({ timeout, idle, servers }, cut.signal),
    );
    await Promise.all([...drained, ...received, Promise.race([told, overdue])]);
  }
}

function overrunText(connections: number, timeout: number): string {
  const were = connections === 1 ? "1 connection was" : `${connections} connections were`;
  return `${were} still open after the ${durationText(timeout)} that a node has to drain, and cut`;
}
