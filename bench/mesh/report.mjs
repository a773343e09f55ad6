// Sums up what the rounds with one Node gave.

import { FIGURES } from "./figures.mjs";
import { PEERS } from "./peers.mjs";
import { summary } from "../common/statistics.mjs";
import { judge } from "./targets.mjs";

/** `cells` hold median, min, max and all rounds of each figure, metric, size and peer. */
export function reportOf(version, results, idle, sizes) {
  const cells = FIGURES.flatMap(({ name, metrics }) =>
    Object.keys(metrics).flatMap((metric) =>
      sizes.flatMap((size) =>
        PEERS.flatMap((peer) => cellOf(results, { figure: name, metric, size, peer: peer.name })),
      ),
    ),
  );
  return { node: version, cells, idle, targets: judge(cells, Math.min(...sizes)), failures: failuresIn(results, idle) };
}

function cellOf(results, { figure, metric, size, peer }) {
  const own = results.filter((one) => one.figure === figure && one.size === size && one.peer === peer);
  const rounds = own.filter((one) => one.metrics !== undefined).map((one) => one.metrics[metric]);
  return rounds.length === 0 ? [] : [{ figure, metric, size, peer, ...summary(rounds), rounds }];
}

function failuresIn(results, idle) {
  const failed = [...results, ...(idle === undefined ? [] : [{ figure: "idle", peer: "multi-node", ...idle }])];
  const lines = failed
    .filter(({ error }) => error !== undefined)
    .map((one) => `${one.peer}, ${one.figure}: ${one.error}`);
  return [...new Set(lines)];
}
