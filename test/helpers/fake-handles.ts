// Node's handles as a test sees them: connections that come when it says so, and what became of each.
import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import type { AcceptingHandle, ClientHandle } from "#src/serve/handles.js";

export const LOCAL: AddressInfo = { address: "127.0.0.1", family: "IPv4", port: 80 };

const BUFFER_SIZE = 65_536;

export class FakeClient implements ClientHandle {
  readonly fd = 7;
  readonly peer: AddressInfo;
  onread: ClientHandle["onread"] = () => {};
  bytesRead = 0;
  reading: "yes" | "no" = "no";
  closed = 0;

  constructor(address = "192.0.2.1", port = 1_000) {
    this.peer = { address, family: address.includes(":") ? "IPv6" : "IPv4", port };
  }

  close(): void {
    this.closed += 1;
  }

  readStart(): number {
    this.reading = "yes";
    return 0;
  }

  readStop(): number {
    this.reading = "no";
    return 0;
  }

  getpeername(told: Partial<AddressInfo>): number {
    Object.assign(told, this.peer);
    return 0;
  }

  getsockname(told: Partial<AddressInfo>): number {
    Object.assign(told, LOCAL);
    return 0;
  }

  /** Something comes, in a buffer that has more space; or with nothing the end. */
  receive(bytes?: string | Buffer): void {
    assert.equal(this.reading, "yes", "nobody reads");
    if (bytes === undefined) return this.onread(undefined);
    const space = new Uint8Array(BUFFER_SIZE).fill(0x78);
    space.set(Buffer.from(bytes as string, "latin1"));
    this.bytesRead += bytes.length;
    this.onread(space.buffer);
  }
}

export class FakeAcceptor implements AcceptingHandle {
  readonly fd = 3;
  onconnection: AcceptingHandle["onconnection"];
  /** What listen() returns. */
  status = 0;
  readonly backlogs: number[] = [];
  closed = 0;

  listen(backlog: number): number {
    this.backlogs.push(backlog);
    return this.status;
  }

  close(): void {
    this.closed += 1;
  }

  accept<Client extends ClientHandle>(client: Client): Client {
    this.onconnection?.(0, client);
    return client;
  }
}
