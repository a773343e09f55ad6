// What a reader has to know about a run: the command, the machine and the versions.

import { describeMachine } from "../common/machine.mjs";
import { wrkVersion } from "./load/run.mjs";
import { PEERS, versionOfPeer } from "./peers.mjs";
import { WORKS } from "./work.mjs";

/** What is known when a run begins. */
export function aboutRun({ rounds, seconds, counts, programs, works, peers }) {
  const parts = ["npm run bench --", `--rounds ${rounds}`, `--seconds ${seconds}`, `--nodes ${counts.join()}`];
  // Paths are of no use on another machine.
  for (const { version } of programs) parts.push(`--node NODE-${version}`);
  if (works.length < WORKS.length) parts.push(`--only ${works.map(({ name }) => name).join()}`);
  if (peers.length < PEERS.length) parts.push(`--peers ${peers.map(({ id }) => id).join()}`);
  return {
    command: parts.join(" "),
    machine: describeMachine(),
    load: wrkVersion === undefined ? "our own client (no wrk on the PATH)" : `wrk ${wrkVersion} and our own client`,
    seconds,
    versions: [...programs.map(({ version }) => `Node ${version}`), ...peers.flatMap(versionText)],
  };
}

/** What is to be said of several runs; each list without repetition. */
export function about(runs, results) {
  const distinct = (values) => [...new Set(values)];
  return {
    commands: distinct(runs.map(({ command }) => command)),
    machines: distinct(runs.map(({ machine }) => machine)),
    loads: distinct(runs.map(({ load }) => load)),
    versions: distinct(runs.flatMap(({ versions }) => versions)),
    seconds: distinct(runs.map(({ seconds }) => seconds)),
    rounds: roundsIn(results),
  };
}

function versionText(peer) {
  const version = versionOfPeer(peer);
  return version === undefined ? [] : [`${peer.name} ${version}`];
}

/** "5 rounds", or "3 to 5 rounds" where not all have as many. */
function roundsIn(results) {
  const counts = {};
  for (const { node, nodes, work, peer, metrics } of results) {
    const key = [node, nodes, work, peer].join();
    if (metrics !== undefined) counts[key] = (counts[key] ?? 0) + 1;
  }
  const all = Object.values(counts);
  if (all.length === 0) return "no rounds";
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return least === most ? `${most} ${most === 1 ? "round" : "rounds"}` : `${least} to ${most} rounds`;
}
