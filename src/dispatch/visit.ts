// A connection that the master has accepted and that nobody has taken yet.
import type { AddressInfo } from "node:net";
import type { Client } from "../balance/candidates.js";
import type { HandedConnection, SocketKey } from "../protocol.js";
import type { Arrival } from "../serve/handed-socket.js";
import type { ClientHandle } from "../serve/handles.js";
import type { Preface } from "../serve/preface.js";

const NOWHERE: AddressInfo = { address: "", family: "", port: 0 };

export class Visit implements Arrival {
  readonly number: number;
  readonly key: SocketKey;
  readonly handle: ClientHandle;
  readonly firstBytes: Buffer | undefined;
  readonly proxied: AddressInfo | undefined;
  /** Who has refused it. */
  readonly refusedBy: string[] = [];
  #client: Client | undefined;

  constructor(number: number, key: SocketKey, handle: ClientHandle, { firstBytes, proxied }: Preface) {
    this.number = number;
    this.key = key;
    this.handle = handle;
    this.firstBytes = firstBytes;
    this.proxied = proxied;
  }

  /** Who comes, as a policy sees it. */
  get client(): Client {
    if (this.#client === undefined) {
      const { address: remoteAddress, port: remotePort } = this.proxied ?? peerOf(this.handle);
      const { address: localAddress, port: localPort } = addressOf(this.handle);
      this.#client = { remoteAddress, remotePort, localAddress, localPort, firstBytes: this.firstBytes };
    }
    return this.#client;
  }

  /** As it is told to the node that is to take it. */
  get message(): HandedConnection {
    const { number, key, firstBytes, proxied } = this;
    if (firstBytes === undefined && proxied === undefined) return { number, key };
    return {
      number,
      key,
      ...(firstBytes && { firstBytes: firstBytes.toString("base64") }),
      ...(proxied && { proxied }),
    };
  }
}

/** The connection's other end; nothing for a Unix socket. */
export function peerOf(handle: ClientHandle): AddressInfo {
  const peer = { ...NOWHERE };
  handle.getpeername?.(peer);
  return peer;
}

function addressOf(handle: ClientHandle): AddressInfo {
  const address = { ...NOWHERE };
  handle.getsockname?.(address);
  return address;
}
