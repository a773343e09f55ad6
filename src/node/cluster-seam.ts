// The place at which node:net asks for a socket to listen on, whoever calls listen(): node:cluster's workers stand there.
import { EventEmitter } from "node:events";
import { syncBuiltinESMExports } from "node:module";
import type { Server } from "node:net";

/** What node:net wants to listen on. */
export interface Query {
  /** An address, the path of a Unix socket where `port` is -1, or `null` for every address. */
  address: string | null;
  port: number;
  /** 4 or 6; "udp4" or "udp6" from node:dgram. */
  addressType: number | string;
  fd?: number | null | undefined;
  flags?: number;
  backlog?: number;
  /** Of a Unix socket: who may use it. */
  readableAll?: boolean;
  writableAll?: boolean;
}

/** The same of node:dgram, which passes on a port as it was given. */
export interface UdpQuery extends Omit<Query, "port"> {
  port?: number | string | null;
}

/** @param error 0, or the negative number of a system error; the handle is listened on by node:net itself */
export type Answer = (error: number, handle: object | null) => void;

type Cluster = typeof import("node:cluster").default & {
  isWorker: boolean;
  isPrimary: boolean;
  isMaster: boolean;
  _getServer(server: Server, query: Query, answer: Answer): void;
};

/**
 * From now on this process is a worker to node:cluster and to whoever asks it, and each socket that is not exclusive is
 * asked for here. The functions are those by which node:net and node:cluster know each other, the same since Node 12.
 */
export function standInForCluster(number: number, getServer: Cluster["_getServer"]): void {
  const cluster = process.getBuiltinModule("node:cluster") as unknown as Cluster;
  Object.assign(cluster, { isPrimary: false, isMaster: false, isWorker: true, _getServer: getServer });
  let worker: object | undefined;
  Object.defineProperty(cluster, "worker", {
    configurable: true,
    enumerable: true,
    get: () => (worker ??= workerOf(number)),
  });
  syncBuiltinESMExports();
}

/** What a program finds at cluster.worker: as much of it as has a meaning here. */
function workerOf(id: number): object {
  const end = (): void => void process.kill(process.pid, "SIGTERM");
  return Object.assign(new EventEmitter(), {
    id,
    process,
    exitedAfterDisconnect: undefined,
    isConnected: () => process.connected,
    isDead: () => false,
    send: (...message: Parameters<NonNullable<typeof process.send>>) => process.send?.(...message),
    disconnect: end,
    kill: end,
    destroy: end,
  });
}
