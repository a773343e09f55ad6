// What multi-node is to reach, as ratios within the same round.

import { summary } from "../common/statistics.mjs";

const OWN = "multi-node";

/** `own` and `against` are peers; `least` or `most` is for the ratio, or for what `how` says instead. */
const TARGETS = [
  { title: "fresh connections/s", work: "fresh", metric: "rate", against: "cluster", least: 2 },
  { title: "fresh connections/s", work: "fresh", metric: "rate", against: "pm2", least: 5 },
  { title: "CPU per fresh connection", work: "fresh", metric: "cpu", against: "cluster", most: 0.45 },
  { title: "requests/s on kept connections", work: "keep-alive", metric: "rate", against: "reuseport", least: 0.98 },
  { title: "requests/s with 2 % blocking", work: "blocking", metric: "rate", against: "cluster", least: 1.25 },
  { title: "requests/s with 2 % blocking", work: "blocking", metric: "rate", against: "reuseport", least: 2 },
  {
    title: "handed-over connections/s",
    work: "fresh",
    metric: "rate",
    own: "round-robin",
    against: "cluster",
    least: 1,
  },
  { title: "start of 4 nodes", nodes: 4, work: "start", metric: "ms", against: "apart", most: 1.15 },
  { title: "MiB per node", work: "start", metric: "memory", against: "apart", most: 6, how: "difference" },
  { title: "lost in a rolling reload", work: "reload", metric: "lost", most: 0, how: "greatest" },
  { title: "lost when a node is killed", work: "kill", metric: "lost", most: 0, how: "greatest" },
];

const HOW = {
  ratio: (own, other) => own / other,
  difference: (own, other) => own - other,
  greatest: (own) => own,
};

/**
 * One series' targets: `{ node, nodes, title, own, against, how, least or most, figure, reached }`, or `reason` in place of the
 * last two. Those whose work was not asked for are left out.
 * The figure is the median of all rounds, with the least and the greatest; of what must not be lost the greatest counts.
 */
export function judge({ node, nodes, cells }) {
  const wanted = TARGETS.filter((target) => target.nodes === undefined || target.nodes === nodes);
  return wanted.flatMap((target) => {
    const { title, own = OWN, against = own, how = "ratio", least, most } = target;
    const common = { node, nodes, title, own, against, how, least, most };
    const figures = pairs(cells, target, own, against).map(([ours, theirs]) => HOW[how](ours, theirs));
    if (figures.length === 0)
      return missingFrom(cells, target.work, [own, against]).map((reason) => ({ ...common, reason }));
    const figure = summary(figures);
    const counts = how === "greatest" ? figure.max : figure.median;
    const reached = least === undefined ? counts <= most : counts >= least;
    return [{ ...common, figure, reached }];
  });
}

/** Why one of them has no figures, at most one reason. */
function missingFrom(cells, work, peers) {
  const own = cells.filter((cell) => cell.work === work && peers.includes(cell.peer));
  return own.length < new Set(peers).size ? [] : own.flatMap(({ reason }) => reason ?? []).slice(0, 1);
}

/** What both gave in the same round. */
function pairs(cells, { work, metric }, own, against) {
  const roundsOf = (peer) => cells.find((cell) => cell.work === work && cell.peer === peer)?.rounds ?? {};
  const theirs = roundsOf(against);
  return Object.entries(roundsOf(own))
    .filter(([round]) => theirs[round] !== undefined)
    .map(([round, metrics]) => [metrics[metric], theirs[round][metric]]);
}
