// `npm run bench`: measures how one port is served by many processes, against what else does that.

import { build } from "../tools/lib/build.mjs";
import { ensureInstalled } from "../tools/lib/install.mjs";
import { say } from "../tools/lib/paths.mjs";
import { install } from "./common/install.mjs";
import { versionOf } from "./common/machine.mjs";
import { leavingNothing } from "./common/running.mjs";
import { about, aboutRun } from "./serve/about.mjs";
import { readOptions } from "./serve/options.mjs";
import { section, writePage } from "./serve/page.mjs";
import { reportOf } from "./serve/report.mjs";
import { asJson, Results } from "./serve/results.mjs";
import { runRound } from "./serve/rounds.mjs";

const given = readOptions();
const options = { ...given, programs: given.programs.map((path) => ({ path, version: versionOf(path) })) };
const results = new Results(options.add);
if (options.rounds > 0) {
  prepare();
  results.begin(aboutRun(options));
}

const run = Date.now().toString(36);
await leavingNothing(async (folder, signal) => {
  for (let index = 0; index < options.rounds; index += 1) await runAll(index, folder, signal);
});

const report = reportOf(results.all);
const facts = about(results.runs, results.all);
if (options.write) writePage(report, facts);
process.stdout.write(`${options.json ? asJson({ ...facts, ...report }) : section(report, facts)}\n`);
process.exitCode = results.all.some(({ metrics }) => metrics !== undefined) ? 0 : 1;

async function runAll(index, folder, signal) {
  const { programs, counts, rounds, ...how } = options;
  for (const program of programs) {
    for (const nodes of counts) {
      say(`round ${index + 1} of ${rounds}, Node ${program.version}, ${nodes} nodes`);
      const keep = (result) => results.add({ round: `${run}.${index}`, ...result });
      await runRound({ ...how, program, nodes, folder, index }, keep, signal);
    }
  }
}

function prepare() {
  if (!options.skipBuild) {
    ensureInstalled();
    build();
  }
  const wanted = options.peers.flatMap(({ packages = [] }) => packages);
  if (!install(wanted)) say("not all peers could be installed; they are left out");
}
