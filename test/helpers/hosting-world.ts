// A hosted program's node without a master: what it asks for and tells is noted, and the test answers.
import type { Socket } from "node:dgram";
import { once } from "node:events";
import net, { type AddressInfo, type Server } from "node:net";
import type { TestContext } from "node:test";
import { Hosting, type HostingOptions } from "#src/node/hosting.js";
import { Intake } from "#src/node/intake.js";
import { NodeSockets } from "#src/node/node-sockets.js";
import { standInForCluster } from "#src/node/cluster-seam.js";
import { type Boot, isToUsage, type SocketAddress, type SocketKey, type ToMaster } from "#src/protocol.js";
import { type BoundHandle, bindHandle } from "#src/serve/handles.js";
import { makeUdpHandle, udpAddress } from "#src/serve/udp-handles.js";

let current: Hosting | undefined;

/** Whatever listens in this process from now on asks the world that was made last. */
standInForCluster(7, (...args) => current?.getServer(...args));

export class HostingWorld {
  readonly sent: ToMaster[] = [];
  readonly watched: Server[] = [];
  readonly watchedUdp: Socket[] = [];
  readonly told: unknown[] = [];
  readonly failed: string[] = [];
  /** What is said of ports that the program has, or wants, for itself. */
  readonly ownPorts: object[] = [];
  /** Exclusive ports that another process has. */
  readonly without: number[] = [];
  readonly #servers: Server[] = [];
  readonly sockets: NodeSockets;
  readonly intake: Intake;
  readonly hosting: Hosting;
  serving: "not yet" | "yes" = "not yet";

  constructor(t: TestContext, options: Partial<HostingOptions> & { known?: Boot["sockets"] } = {}) {
    const { known = [], ...others } = options;
    this.intake = new Intake((message) => this.sent.push(message));
    this.sockets = new NodeSockets(known, this.intake, (message) => {
      if (!isToUsage(message)) this.sent.push(message);
    });
    this.hosting = new Hosting({
      expected: [],
      held: [],
      gate: undefined,
      exclusive: [],
      sharedPorts: false,
      tell: (message) => this.ownPorts.push(message),
      folder: "/run/multi-node-0123",
      sockets: this.sockets,
      intake: this.intake,
      prepare: (_server, key) => this.intake.prepare(key),
      service: {
        watch: (server) => this.watched.push(server),
        watchUdp: (socket) => this.watchedUdp.push(socket),
      },
      without: (port) => this.without.push(port),
      listening: (address) => this.told.push(address),
      ends: () => false,
      mayAccept: () => undefined,
      failed: ({ message }) => this.failed.push(message),
      ...others,
    });
    void this.#watch();
    current = this.hosting;
    t.after(async () => {
      for (const server of this.#servers) server.on("error", () => {}).close();
      // Whoever waits for a socket keeps the process alive.
      for (const message of this.sent) if (message.type === "bind") await this.refuse(message.key, "ECANCELED");
    });
  }

  async #watch(): Promise<void> {
    await this.hosting.serving;
    this.serving = "yes";
  }

  /** Listens as a program does; what comes of it is up to the test. */
  listen(...place: Parameters<Server["listen"]>): Server {
    const server = net.createServer().listen(...place);
    this.#servers.push(server);
    return server;
  }

  /** Gives the socket that is asked for, bound now. */
  async give(key: SocketKey): Promise<void> {
    await turns();
    const handle = bindHandle("127.0.0.1", 0, 4, 0) as BoundHandle;
    const address = {} as AddressInfo;
    handle.getsockname?.(address);
    this.sockets.onSocket({ type: "socket", key, socket: { key, address } }, handle);
  }

  /** Gives the UDP socket that is asked for, bound now; returns what the master would keep of it. */
  async giveUdp(key: SocketKey, type: "udp4" | "udp6" = "udp4"): Promise<SocketAddress> {
    await turns();
    const handle = makeUdpHandle(type);
    handle.bind(type === "udp4" ? "127.0.0.1" : "::1", 0, 0);
    const address = udpAddress(handle);
    this.sockets.onSocket({ type: "socket", key, socket: { key, address } }, handle);
    return address;
  }

  async refuse(key: SocketKey, system: string, ours: SocketKey[] = []): Promise<void> {
    await turns();
    this.sockets.onRefused({
      type: "no-socket",
      key,
      code: "MN_ERR_PORT_IN_USE",
      message: `${system} it is`,
      system,
      ours,
    });
  }

  /** Listens at a free port that the test gives at once; resolves when that is judged. */
  async open(key: SocketKey): Promise<Server> {
    const server = this.listen({ port: 0, host: "127.0.0.1" });
    await Promise.all([once(server, "listening"), this.give(key)]);
    await turns();
    return server;
  }
}

/** What has happened is told by now. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
}
