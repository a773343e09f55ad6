// A role that does nothing: what the object of listen() hands to it, and the way back from it, are in the test's hands.
import type { Socket } from "node:net";
import { PassThrough } from "node:stream";
import { Nodes } from "#src/nodes.js";
import { checkPortOptions, type Port } from "#src/port-options.js";
import type { Listener, Outlet, Peer, Role, ServerSource, Status } from "#src/role.js";

export class FakeRole implements Role {
  readonly self: Peer;
  readonly ready: Promise<void> = Promise.resolve();
  readonly listens: [Port, ServerSource][] = [];
  /** What was asked for, in order: reload, resize with its number, status, close. */
  readonly asked: (string | number)[][] = [];
  readonly told: Status = {
    name: "program",
    script: "/srv/program.js",
    cwd: "/srv",
    addresses: [],
    pid: 1,
    since: 0,
    wanted: 2,
    reloading: false,
    accepted: undefined,
    nodes: [],
  };
  address: string | null = null;

  constructor(id: string) {
    this.self = peer(id);
  }

  listen(port: Port, source: ServerSource): Listener {
    this.listens.push([port, source]);
    return { address: () => this.address };
  }

  async reload(): Promise<void> {
    this.asked.push(["reload"]);
  }

  async resize(nodes: number): Promise<void> {
    this.asked.push(["resize", nodes]);
  }

  async status(): Promise<Status> {
    this.asked.push(["status"]);
    return this.told;
  }

  async close(): Promise<void> {
    this.asked.push(["close"]);
  }
}

export interface FakeNodes {
  nodes: Nodes;
  role: FakeRole;
  outlet: Outlet;
  /** The lines that it has logged. */
  logged: string[];
}

/** The object of listen() over a role that does nothing. */
export function fakeNodes(id: string, source: ServerSource): FakeNodes {
  const role = new FakeRole(id);
  let outlet: Outlet | undefined;
  const makeRole = (given: Outlet): Role => {
    outlet = given;
    return role;
  };
  const logged: string[] = [];
  const settings = {
    maxPayload: 1024 * 1024,
    maxBufferedAmount: 4 * 1024 * 1024,
    log: (line: string) => void logged.push(line),
  };
  const nodes = new Nodes(makeRole, settings, { port: checkPortOptions({ port: 8_000 }), source });
  return { nodes, role, outlet: outlet as unknown as Outlet, logged };
}

export function peer(id: string): Peer {
  return { id, pid: 1, isMaster: id === "master", since: 0 };
}

/** A stream that leads nowhere. */
export function fakeStream(): Socket {
  return new PassThrough() as unknown as Socket;
}
