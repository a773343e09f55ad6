// One round: each work is done with every peer in turn, each in a service that is started for it and ended after it.

import { say } from "../../tools/lib/paths.mjs";
import { attempt, rotated } from "../common/turns.mjs";
import { missing } from "./peers.mjs";
import { Service } from "./service.mjs";
import { peersFor, refusal } from "./work.mjs";

/**
 * Calls `keep` with each result: what was measured, and `metrics`, or `missing` or `error` with the reason.
 * @param how `{ works, peers, nodes, program, seconds, folder, index }`; `index` tells who begins
 */
export async function runRound(how, keep, signal) {
  for (const work of how.works) {
    for (const peer of rotated(peersFor(work, how.peers), how.index)) {
      signal.throwIfAborted();
      const outcome = await measure(work, peer, how);
      // What was broken off is no failure of the peer's.
      signal.throwIfAborted();
      keep({ node: how.program.version, nodes: how.nodes, work: work.name, peer: peer.id, ...outcome });
      say(`  ${work.name}, ${how.nodes} nodes, ${peer.name}: ${inShort(work, outcome)}`);
    }
  }
}

async function measure(work, peer, { nodes, program, seconds, folder }) {
  const reason = missing(peer, program.version) ?? refusal(work, peer);
  if (reason !== undefined) return { missing: reason };
  return attempt(async () => {
    const service = await Service.start(peer, { nodes, node: program.path, tls: work.tls, folder });
    try {
      return { metrics: await work.measure(service, { nodes, seconds }) };
    } finally {
      await service.stop();
    }
  });
}

function inShort({ metrics: titles }, { metrics, missing: reason, error }) {
  if (metrics === undefined) return error === undefined ? `not there: ${reason}` : `failed: ${error}`;
  return Object.entries(metrics)
    .map(([key, value]) => `${titles[key]} ${Number(value.toPrecision(4))}`)
    .join(", ");
}
