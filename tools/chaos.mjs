// `npm run chaos`: installs when needed, builds, and runs the chaos scenarios in their long form (half an hour).

import { parseArgs } from "node:util";
import { build } from "./lib/build.mjs";
import { endLike, runInForeground } from "./lib/foreground.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { giveUp, root } from "./lib/paths.mjs";

const USAGE = `npm run chaos -- [options]
  --only PATTERN   only scenarios whose name matches (a regular expression)
  --balance POLICY shared (the default), round-robin, least-connections, sticky, function, or all
  --rounds N       so many rounds of each, instead of its own number
  --seed N         the random numbers of an earlier run
  --json           JSON instead of a table
  --node PATH      run with this Node
  --skip-build     run what is compiled already`;

const { node, "skip-build": skipBuild, ...options } = readArguments();
if (!skipBuild) {
  ensureInstalled();
  build();
}
endLike(await runInForeground(node, ["build/test/chaos/main.js", ...asArguments(options)], { cwd: root, sweep: true }));

function readArguments() {
  const text = { type: "string" };
  const flag = { type: "boolean", default: false };
  try {
    return parseArgs({
      options: {
        only: text,
        balance: text,
        rounds: text,
        seed: text,
        json: flag,
        node: { type: "string", default: process.execPath },
        "skip-build": flag,
      },
    }).values;
  } catch (error) {
    return giveUp(`${error.message}\n${USAGE}`, 2);
  }
}

function asArguments({ json, ...texts }) {
  const given = Object.entries(texts).map(([name, value]) => `--${name}=${value}`);
  return json ? [...given, "--json"] : given;
}
