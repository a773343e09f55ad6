// Does `npm start` serve the demo, with no process of the build beside it, and end on SIGINT without leaving one?

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { npmCommand, root, say } from "./lib/paths.mjs";
import { descendantsOf } from "./lib/processes.mjs";

const MINUTES = 2;
const SERVES = /open (http:\S+)/;
/** npm, this project's runner, the demo's master, its four nodes and the master's reaper. */
const OURS = /npm|tools\/start\.mjs|examples\/chat\/server\.js|\/bin\/sh/;

/** Resolves to whether all of that holds; says what does not. */
export async function checkStart() {
  const [command, ...first] = npmCommand();
  const env = { ...process.env, PORT: "0" };
  const started = spawn(command, [...first, "start"], { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(started, "exit");
  const timer = setTimeout(() => started.kill("SIGKILL"), MINUTES * 60_000);
  try {
    const faults = [...(await faultsOf(started.pid, started.stdout)), ...(await faultsOfTheEnd(started, exit))];
    for (const fault of faults) say(fault);
    return faults.length === 0;
  } finally {
    clearTimeout(timer);
  }
}

async function faultsOf(pid, output) {
  const address = await servedAt(output);
  if (address === undefined) return ["npm start ended before it served"];
  const { status } = await fetch(address);
  const strangers = descendantsOf(pid).filter(({ command }) => !OURS.test(command));
  return [
    ...(status === 200 ? [] : [`npm start: ${address} answers with ${status}`]),
    ...strangers.map(({ command }) => `npm start leaves a process beside the demo: ${command}`),
  ];
}

async function servedAt(output) {
  for await (const line of createInterface({ input: output })) {
    const [, address] = SERVES.exec(line) ?? [];
    if (address !== undefined) return address;
  }
  return undefined;
}

async function faultsOfTheEnd(started, exit) {
  const processes = descendantsOf(started.pid);
  started.stdout.resume();
  started.kill("SIGINT");
  const [code, signal] = await exit;
  const left = processes.filter(({ pid }) => isAlive(pid));
  return [
    ...(code === 0 ? [] : [`npm start ended with ${signal ?? `exit code ${code}`} after SIGINT`]),
    ...left.map(({ command }) => `npm start leaves a process after its end: ${command}`),
  ];
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
