// The addresses that the master listens on: bound, served by the master itself where it serves, announced.
import type { AddressInfo } from "node:net";
import { MASTER_ID } from "../mesh/endpoint.js";
import type { NamedPort } from "../port-options.js";
import { allSettled } from "../promises.js";
import type { SocketInfo, SocketKey } from "../protocol.js";
import type { Listener, ServerSource } from "../role.js";
import { noteOwnTicketKeys } from "../serve/own-ticket-keys.js";
import { Ports } from "../serve/ports.js";
import type { Service } from "../serve/service.js";
import { bindError } from "./bind-error.js";
import type { HeldSocket } from "./held-socket.js";
import type { Premises } from "./premises.js";

export interface AddressesOptions {
  premises: Pick<Premises, "sockets" | "dispatcher" | "ownTickets">;
  /** What serves in the master itself; `undefined`: nothing does. */
  service: Service | undefined;
  listening: (address: AddressInfo | string) => void;
  /** Told of what fails once the first addresses are bound, and of servers that do not come to serve. */
  report: (error: Error) => void;
}

export class Addresses {
  readonly #options: AddressesOptions;
  readonly #ports = new Ports();
  /** What only nodes have asked for. */
  readonly #found: SocketKey[] = [];
  readonly #opening: Promise<void>[] = [];
  readonly #serving: Promise<void>[] = [];
  #state: "opening" | "bound" | "announced" = "opening";

  constructor(options: AddressesOptions) {
    this.#options = options;
    if (options.service !== undefined) noteOwnTicketKeys();
  }

  /** @throws BindError MN_ERR_PORT_IN_USE when this service listens there already */
  listen(port: NamedPort, source: ServerSource): Listener {
    const key = this.#ports.claim(port);
    const bound = this.#bind(key, port, source);
    bound.catch(() => {});
    if (this.#state === "opening") this.#opening.push(bound);
    else bound.then(() => this.#onLate(key)).catch((error: Error) => this.#options.report(error));
    return this.#ports.listener(key);
  }

  /** A socket is bound that a node has asked for, perhaps one that this process never heard of. */
  found(socket: SocketInfo): void {
    if (this.#ports.keys.includes(socket.key)) return;
    this.#ports.know(socket);
    this.#found.push(socket.key);
    this.#onLate(socket.key);
  }

  /** A socket that was found is let go. */
  lost(key: SocketKey): void {
    const index = this.#found.indexOf(key);
    if (index >= 0) this.#found.splice(index, 1);
  }

  /** Resolves when all addresses that were asked for until now are bound. */
  async bound(): Promise<void> {
    await allSettled(this.#opening);
    this.#state = "bound";
  }

  /** Resolves when the master itself serves at all of them. */
  served(): Promise<void> {
    return allSettled(this.#serving);
  }

  /** Tells once that they are served; those that come later are told as they come. */
  announce(): void {
    if (this.#state === "announced") return;
    this.#state = "announced";
    for (const key of [...this.#ports.keys, ...this.#found]) this.#announce(key);
  }

  async #bind(key: SocketKey, port: NamedPort, source: ServerSource): Promise<void> {
    const { premises, service, report } = this.#options;
    const socket = await premises.sockets.hold(key, port);
    if (socket.key !== key && this.#ports.keys.includes(socket.key)) {
      throw bindError("EADDRINUSE", port, "this service itself");
    }
    this.#ports.know({ ...socket, key });
    if (service === undefined) return;
    const serving = this.#serve(service, source, socket, port);
    this.#serving.push(serving);
    serving.catch(report);
  }

  async #serve(service: Service, source: ServerSource, socket: HeldSocket, port: NamedPort): Promise<void> {
    const { dispatcher, ownTickets } = this.#options.premises;
    const own = dispatcher?.ownSocket(socket.key, socket.address) ?? socket;
    await service.serve(source, own, port, async (server) => {
      dispatcher?.hear(MASTER_ID, { type: "accept", key: socket.key });
      await ownTickets.prepare(server, socket.key);
    });
    dispatcher?.hear(MASTER_ID, { type: "open", key: socket.key });
  }

  #onLate(key: SocketKey): void {
    if (this.#state === "announced") this.#announce(key);
  }

  #announce(key: SocketKey): void {
    const address = this.#ports.address(key);
    if (address !== null) this.#options.listening(address);
  }
}
