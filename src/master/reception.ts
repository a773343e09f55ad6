// What nodes say to the master: most of it is answered here, the rest moves the node to another state.
import type { MultiNodeError } from "../errors.js";
import { MASTER_ID } from "../mesh/endpoint.js";
import { Roster } from "../mesh/roster.js";
import type { Order, SocketAddress, ToNode, ToSupervisor } from "../protocol.js";
import { portTaken } from "./endings.js";
import type { NodeRecord } from "./fleet.js";
import type { NodeEvent } from "./node-state.js";
import type { World } from "./supervisor-world.js";

export class Reception {
  readonly #world: World;
  readonly #order: (order: Order) => Promise<unknown>;
  readonly #roster = new Roster();

  /** @param order carries out what a node asked for */
  constructor(world: World, order: (order: Order) => Promise<unknown>) {
    this.#world = world;
    this.#order = order;
    this.#roster.join(MASTER_ID);
  }

  /** Hears a message; returns the event that it means for the node's state, if it means one. */
  hear(node: NodeRecord, message: ToSupervisor): NodeEvent | undefined {
    if (message.type === "ready" || message.type === "draining") return message.type;
    this.#answerTo(node, message);
    return undefined;
  }

  #answerTo(node: NodeRecord, message: Exclude<ToSupervisor, { type: "ready" | "draining" }>): void {
    switch (message.type) {
      case "joined":
        return this.#welcome(node.id);
      case "bind":
        return this.#world.bind(node.id, message.key, message.port);
      case "accepting":
        node.accepts = true;
        node.lastBeatAt = this.#world.now();
        return;
      case "beat":
        node.beat = message.beat;
        node.lastBeatAt = this.#world.now();
        return;
      case "port-taken":
        return this.#noteTaken(node, message.address);
      case "failed":
        if (node.blockedBy === undefined) node.lastError = message.error;
        return;
      case "ask":
        return void this.#answer(node.id, message.number, message.order);
      case "close":
        return this.#world.onCloseRequest();
    }
  }

  /** Only where another node has it does this say more than the system's own error. */
  #noteTaken(node: NodeRecord, address: SocketAddress): void {
    const owner = this.#world.ownerOf(address, node.id);
    if (owner === undefined) return;
    node.blockedBy = owner;
    node.lastError = portTaken(address, owner);
  }

  /** Tells all that a node was started: calls may wait for it. */
  expect(id: string): void {
    this.#tell(this.#roster.start(id), { type: "starting", id });
  }

  /** Tells all that a node has ended. */
  dismiss(id: string): void {
    this.#tell(this.#roster.leave(id), { type: "left", id });
  }

  /** The master itself hears of it in another way. */
  #tell(peers: readonly string[], message: ToNode): void {
    for (const peer of peers) if (peer !== MASTER_ID) this.#world.send(peer, message);
  }

  #welcome(id: string): void {
    const peers = this.#roster.join(id);
    this.#world.send(id, { type: "welcome", peers, starting: this.#roster.starting });
  }

  async #answer(id: string, number: number, order: Order): Promise<void> {
    try {
      this.#world.send(id, { type: "answer", number, value: await this.#order(order) });
    } catch (error) {
      const { code, message } = error as MultiNodeError;
      this.#world.send(id, { type: "refusal", number, code, message });
    }
  }
}
