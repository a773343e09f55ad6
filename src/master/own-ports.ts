// Ports that nodes have bound for themselves, as their program asks for that: one process alone can have each.
import type { SocketAddress, ToMaster, ToOwnPorts } from "../protocol.js";

export class OwnPorts {
  readonly #nodes = new Map<string, SocketAddress[]>();

  hear(id: string, { type, address }: ToOwnPorts): void {
    const others = (this.#nodes.get(id) ?? []).filter((known) => !isSame(known, address));
    this.#nodes.set(id, type === "own-port" ? [...others, address] : others);
  }

  /** A node has ended. */
  gone(id: string): void {
    this.#nodes.delete(id);
  }

  get addresses(): SocketAddress[] {
    return [...this.#nodes.values()].flat();
  }

  /** Which other node has the port; `undefined`: none, so it is a process outside of the service. */
  ownerOf(address: SocketAddress, asking: string): string | undefined {
    const owner = [...this.#nodes].find(
      ([id, addresses]) => id !== asking && addresses.some((known) => isSamePort(known, address)),
    );
    return owner?.[0];
  }
}

function isSame(one: SocketAddress, other: SocketAddress): boolean {
  return one.address === other.address && isSamePort(one, other);
}

function isSamePort(one: SocketAddress, other: SocketAddress): boolean {
  return one.port === other.port && one.transport === other.transport;
}

export function isToOwnPorts(message: ToMaster): message is ToOwnPorts {
  return message.type === "own-port" || message.type === "own-port-closed";
}
