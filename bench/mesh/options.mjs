// The options of `npm run bench:mesh`.

import { resolve } from "node:path";
import { common, readCommandLine, text } from "../common/command-line.mjs";
import { wholeNumber } from "../common/numbers.mjs";

const USAGE = `npm run bench:mesh -- [options]
  --rounds N       measure everything so many times, in turn (5)
  --ms N           milliseconds of one measurement, after a warm-up of twice that (500)
  --sizes LIST     bytes of a value's JSON, with k and m for 1024 and its square (100,1k,16k,1m)
  --only PATTERN   only what matches, such as "pair", "calls.*redis" or "multi-node.*100 B" (a regular expression);
                   names are "FIGURE, PEER, SIZE", and "idle, multi-node"
  --node PATH      measure with this Node; may be given more than once (the one that runs this)
  --json           JSON instead of tables
  --skip-build     measure what is compiled already
  --help           this text`;

const UNITS = { "": 1, k: 1024, m: 1024 * 1024 };

/** Ends the process, with a message, when an option is wrong. */
export function readOptions() {
  const own = {
    rounds: text("5"),
    ms: text("500"),
    sizes: text("100,1k,16k,1m"),
    only: text(""),
  };
  return readCommandLine({ ...common, ...own }, USAGE, checked);
}

function checked({ rounds, ms, sizes, only, node, json, "skip-build": skipBuild }) {
  return {
    rounds: wholeNumber("--rounds", rounds, 1, 1000),
    ms: wholeNumber("--ms", ms, 10, 60_000),
    sizes: sizes.split(",").map(sizeOf),
    only: new RegExp(only, "i"),
    nodes: node.map((path) => resolve(path)),
    json,
    skipBuild,
  };
}

/** The smallest leaves room for the fields of a message, the largest is within every peer's limits. */
function sizeOf(given) {
  const [, digits, unit] = given.trim().match(/^(\d+)([km]?)b?$/i) ?? [];
  const size = Number(digits) * UNITS[unit?.toLowerCase()];
  if (size >= 100 && size <= 8 * 1024 * 1024) return size;
  throw new RangeError(`--sizes takes sizes from 100 to 8m, separated by commas, not ${given}`);
}
