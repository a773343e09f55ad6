// `npm run bench:mesh`: measures channels and calls against what else processes of one machine can talk with.

import { build } from "../tools/lib/build.mjs";
import { ensureInstalled } from "../tools/lib/install.mjs";
import { giveUp, say } from "../tools/lib/paths.mjs";
import { install } from "./common/install.mjs";
import { describeMachine, versionOf } from "./common/machine.mjs";
import { leavingNothing } from "./common/running.mjs";
import { measureIdle } from "./mesh/idle.mjs";
import { readOptions } from "./mesh/options.mjs";
import { REDIS } from "./mesh/peers.mjs";
import { makePlan } from "./mesh/plan.mjs";
import { findRedis } from "./mesh/redis-server.mjs";
import { reportOf } from "./mesh/report.mjs";
import { runRound } from "./mesh/rounds.mjs";
import { markdown } from "./mesh/table.mjs";

const options = readOptions();
const { rounds, ms, sizes, json } = options;
const plan = makePlan(options);
if (plan.measurements.length === 0 && !plan.idle)
  giveUp("--only leaves nothing to measure; --help names what there is", 2);
const programs = options.nodes.map((path) => ({ path, version: versionOf(path), results: [], idle: undefined }));
prepare();

await leavingNothing(async (folder, signal) => {
  for (let round = 0; round < rounds; round += 1) {
    for (const { path, version, results } of programs) {
      if (plan.measurements.length > 0) say(`round ${round + 1} of ${rounds}, Node ${version}`);
      results.push(...(await runRound(plan.measurements, { node: path, folder, ms, round, signal })));
    }
  }
  for (const program of plan.idle ? programs : [])
    program.idle = await measureIdle({ node: program.path, folder, signal });
});

const reports = programs.map(({ version, results, idle }) => reportOf(version, results, idle, sizes));
const report = { machine: `${describeMachine()}, ${redisVersion()}`, settings: { rounds, ms, sizes }, reports };
process.stdout.write(`${json ? JSON.stringify(report, undefined, 2) : markdown(report)}\n`);
process.exitCode = reports.some(({ failures }) => failures.length > 0) ? 1 : 0;

function prepare() {
  if (!options.skipBuild) {
    ensureInstalled();
    build();
  }
  if (!plan.measurements.some(({ peer }) => peer.name === REDIS && peer.missing === undefined)) return;
  // The peers of the other bench are large.
  if (!install(["ioredis"], ["dev", "optional"]))
    giveUp("npm install failed in bench/. Is the npm registry within reach? --only leaves redis out.");
}

function redisVersion() {
  return findRedis() === undefined ? "no Redis" : `Redis ${findRedis()}`;
}
