// The options of `npm run bench`.

import { resolve } from "node:path";
import { common, flag, readCommandLine, text } from "../common/command-line.mjs";
import { wholeNumber } from "../common/numbers.mjs";
import { PEERS } from "./peers.mjs";
import { WORKS } from "./work.mjs";

const LINE_WIDTH = 96;

const idsOf = (peers) => peers.map(({ id }) => id);
const namesOf = (works) => works.map(({ name }) => name);

const USAGE = `npm run bench -- [options]
  --rounds N       measure everything so many times, all peers in turn (5)
  --seconds N      seconds of one measurement at full speed, after a warm-up of one (3)
  --nodes LIST     numbers of nodes (2,4)
  --node PATH      measure with this Node; may be given more than once (the one that runs this)
  --only LIST      only this work (all)
  --peers LIST     only these peers (all)
  --add FILE       keep each result in FILE as it is measured, and report on all that are in it: a long run in parts
  --json           JSON instead of tables
  --write          write docs/performance.md, bench/results/serve.md and docs/bench.svg
  --skip-build     measure what is compiled already
  --help           this text
work:
${wrapped(namesOf(WORKS))}
peers:
${wrapped(idsOf(PEERS))}`;

/** Ends the process, with a message, when an option is wrong. */
export function readOptions() {
  const own = {
    rounds: text("5"),
    seconds: text("3"),
    nodes: text("2,4"),
    only: text(namesOf(WORKS).join()),
    peers: text(idsOf(PEERS).join()),
    add: { type: "string" },
    write: flag,
  };
  return readCommandLine({ ...common, ...own }, USAGE, checked);
}

function checked({ rounds, seconds, nodes, node, only, peers, add, json, write, "skip-build": skipBuild }) {
  return {
    rounds: wholeNumber("--rounds", rounds, 0, 1000),
    seconds: wholeNumber("--seconds", seconds, 1, 60),
    counts: nodes.split(",").map((count) => wholeNumber("--nodes", count, 1, 64)),
    programs: node.map((path) => resolve(path)),
    works: chosen("--only", only, WORKS, namesOf(WORKS)),
    peers: chosen("--peers", peers, PEERS, idsOf(PEERS)),
    add: add && resolve(add),
    json,
    write,
    skipBuild,
  };
}

/** In their own order. */
function chosen(option, given, all, names) {
  const wanted = given.split(",").map((name) => name.trim());
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new RangeError(`${option} takes ${names.join(", ")}, not "${unknown}"`);
  return all.filter((_, index) => wanted.includes(names[index]));
}

function wrapped(names) {
  const lines = [""];
  for (const name of names) {
    if (lines.at(-1).length + name.length > LINE_WIDTH) lines.push("");
    lines[lines.length - 1] += ` ${name}`;
  }
  return lines.map((line) => `  ${line.trimEnd()}`).join("\n");
}
