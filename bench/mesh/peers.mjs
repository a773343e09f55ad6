// Whom multi-node is measured against, and how the processes of each are started.

import { join } from "node:path";
import { findRedis, startRedisServer } from "./redis-server.mjs";
import { Service } from "./service.mjs";

export const MULTI_NODE = "multi-node";
export const CLUSTERS = ["cluster json", "cluster advanced"];
export const REDIS = "redis";
export const BARE_SOCKET = "bare socket";

/** `start({ node, members, folder })` resolves to a Service; `missing` says why that cannot be done here. */
export const PEERS = [
  { name: MULTI_NODE, start: startMultiNode },
  ...["json", "advanced"].map((serialization) => ({
    name: `cluster ${serialization}`,
    start: (place) =>
      Service.start({ ...place, script: "cluster.mjs", environments: [{ BENCH_SERIALIZATION: serialization }] }),
  })),
  { name: REDIS, start: startRedis, missing: findRedis() === undefined ? "not installed" : undefined },
  { name: BARE_SOCKET, start: startBareSocket },
];

export function startMultiNode(place) {
  return Service.start({ ...place, script: "multi-node.mjs", environments: [{}] });
}

async function startRedis(place) {
  const server = await startRedisServer(place.folder);
  return Service.start({
    ...place,
    script: "redis.mjs",
    environments: eachMember(place.members, server.path),
    companions: [server],
  });
}

let sockets = 0;

function startBareSocket(place) {
  sockets += 1;
  const path = join(place.folder, `bare-${sockets}`);
  return Service.start({ ...place, script: "bare-socket.mjs", environments: eachMember(place.members, path) });
}

function eachMember(members, path) {
  return Array.from({ length: members }, (_, index) => ({ BENCH_MEMBER: String(index + 1), BENCH_SOCKET: path }));
}
