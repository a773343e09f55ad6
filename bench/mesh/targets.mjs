// The ratios that multi-node is to reach, for the smallest values.

import { BARE_SOCKET, CLUSTERS, MULTI_NODE } from "./peers.mjs";

const CLUSTER = { name: "node:cluster, the better of both", peers: CLUSTERS };
const LIMIT = { name: "a bare socket", peers: [BARE_SOCKET] };

const TARGETS = [
  { figure: "pair", metric: "rate", against: CLUSTER, least: 10 },
  { figure: "round trip", metric: "p50", against: CLUSTER, most: 0.4 },
  { figure: "round trip", metric: "p50", against: LIMIT, most: 1.25 },
  { figure: "fan-out", metric: "rate", against: CLUSTER, least: 10 },
  { figure: "calls", metric: "rate", against: CLUSTER, least: 5 },
];

/** One Node's targets: `{ figure, metric, against, ratio, least or most, reached }`, without those not measured. */
export function judge(cells, size) {
  return TARGETS.flatMap(({ figure, metric, against, least, most }) => {
    const median = (peer) =>
      cells.find((cell) => cell.figure === figure && cell.metric === metric && cell.peer === peer && cell.size === size)
        ?.median;
    const theirs = against.peers.map(median).filter((value) => value !== undefined);
    const own = median(MULTI_NODE);
    if (own === undefined || theirs.length < against.peers.length) return [];
    const ratio = own / (least === undefined ? Math.min(...theirs) : Math.max(...theirs));
    const reached = least === undefined ? ratio <= most : ratio >= least;
    return [{ figure, metric, against: against.name, ratio, least, most, reached }];
  });
}
