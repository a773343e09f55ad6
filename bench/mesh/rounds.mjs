// One round: every peer's processes are started, each measurement is done once, and all end.

import { say } from "../../tools/lib/paths.mjs";
import { attempt, rotated } from "../common/turns.mjs";
import { sizeName } from "./plan.mjs";

// What runs in a server is compiled by then, and so it is measured: processes are new in each round.
const WARM_UP = 2;

/**
 * Resolves to what was measured: `{ figure, size, peer, metrics }`, or `error` in place of `metrics`. Peers take turns
 * for each figure and size, and each round another one begins, so that noise hits all alike.
 */
export async function runRound(measurements, { node, folder, ms, round, signal }) {
  const possible = measurements.filter(({ peer }) => peer.missing === undefined);
  const services = await startAll(possible, { node, folder, signal });
  const results = [];
  try {
    for (const { figure, size, peers } of rows(possible)) {
      for (const peer of rotated(peers, round)) {
        signal.throwIfAborted();
        const outcome = await measure(figure, services.get(peer), { size, ms });
        results.push({ figure: figure.name, size, peer: peer.name, ...outcome });
      }
      say(progressLine(figure, size, results.slice(-peers.length)));
    }
  } finally {
    for (const { service } of services.values()) await service?.stop();
  }
  return results;
}

/** One after another: so many programs that start at once would only wait for each other. */
async function startAll(measurements, { node, folder, signal }) {
  const services = new Map();
  for (const { peer } of measurements) {
    if (services.has(peer)) continue;
    signal.throwIfAborted();
    const figures = measurements.filter((one) => one.peer === peer).map(({ figure }) => figure);
    const members = Math.max(...figures.map((figure) => figure.members));
    services.set(peer, await attempt(async () => ({ service: await peer.start({ node, members, folder }) })));
  }
  return services;
}

/** The measurements of one figure and size stand together. */
function rows(measurements) {
  const all = new Map();
  for (const { figure, size, peer } of measurements) {
    const key = `${figure.name} ${size}`;
    if (!all.has(key)) all.set(key, { figure, size, peers: [] });
    all.get(key).peers.push(peer);
  }
  return all.values();
}

function measure(figure, { service, error }, { size, ms }) {
  if (error !== undefined) return { error };
  return attempt(async () => {
    await figure.measure(service, { size, ms: ms * WARM_UP });
    return { metrics: await figure.measure(service, { size, ms }) };
  });
}

function progressLine(figure, size, results) {
  const [first] = Object.keys(figure.metrics);
  const parts = results.map(({ peer, metrics, error }) => `${peer} ${error ?? Math.round(metrics[first])}`);
  return `  ${figure.name}, ${sizeName(size)}: ${parts.join(", ")}`;
}
