// What a watchdog thread in every node would cost, which could take the stack of a blocked event loop without a port:
// start time and resident memory of a process with one and without. docs/decisions/hung-stack.md has the result.
//
//   node bench/watchdog.mjs [--rounds 20]
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { percentile } from "./common/statistics.mjs";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "20" } } });

/** Connects to the main thread, as a watchdog has to before the loop is blocked; then it waits to be asked. */
const WATCHDOG = `
  const { Session } = require("node:inspector");
  const { parentPort } = require("node:worker_threads");
  const session = new Session();
  session.connectToMainThread();
  session.post("Runtime.enable", () => parentPort.postMessage("watches"));
  parentPort.on("message", () => {});`;

const SERVER = `require("node:http").createServer().listen(0, "127.0.0.1", () => process.send("serves"));`;

const PROGRAMS = {
  without: SERVER,
  with: `
    const worker = new (require("node:worker_threads").Worker)(${JSON.stringify(WATCHDOG)}, { eval: true });
    worker.once("message", () => { worker.unref(); ${SERVER} });`,
};

/** Milliseconds until it serves, and bytes of memory of its own (proportional set size) once it does. */
async function measure(program) {
  const begun = performance.now();
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  await new Promise((resolve, reject) => child.once("message", resolve).once("exit", reject));
  const ms = performance.now() - begun;
  const [, kibibytes] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/smaps_rollup`, "utf8"));
  child.kill();
  return { ms, mebibytes: kibibytes / 1024 };
}

const results = { without: [], with: [] };
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const [name, program] of Object.entries(PROGRAMS)) results[name].push(await measure(program));
}
process.stdout.write(`Node ${process.version}, median of ${values.rounds}\n`);
for (const [name, measured] of Object.entries(results)) {
  const ms = percentile(
    measured.map((each) => each.ms),
    0.5,
  ).toFixed(0);
  const mebibytes = percentile(
    measured.map((each) => each.mebibytes),
    0.5,
  ).toFixed(1);
  process.stdout.write(`${name.padEnd(8)} serves after ${ms} ms, ${mebibytes} MiB\n`);
}
