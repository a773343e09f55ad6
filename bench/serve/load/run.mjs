// Runs a load generator beside the measured service: wrk where there is one and it can do the work, else our own.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { isRunning, running } from "../../common/running.mjs";

const WRK = "wrk";
const own = fileURLToPath(new URL("client.mjs", import.meta.url));
const lua = fileURLToPath(new URL("wrk.lua", import.meta.url));

// It ends by itself after its seconds and the longest wait for an answer.
const MORE_SECONDS = 20;

/** "4.1.0", or undefined where there is no wrk. */
export const wrkVersion = spawnSync(WRK, ["--version"], { encoding: "utf8" }).stdout?.match(/[\d.]{3,}/)?.[0];

/** The closed loop at full speed: resolves to `{ ok, seconds, p50, p99, p999, lost }`, see closedLoop. */
export function runAtFullSpeed(task) {
  const load = wrkVersion === undefined ? startClient({ kind: "closed", ...task }) : startWrk(task);
  return load.result;
}

/** Starts our own client: `end()` has it ask no more, `result` is a promise. */
export function startClient(task) {
  return start(process.execPath, [own, JSON.stringify(task)], task.seconds);
}

function startWrk({ port, tls, path, fresh, clients, seconds, blockShare = 0 }) {
  const url = `${tls ? "https" : "http"}://127.0.0.1:${port}${path}`;
  const load = ["-t", "1", "-c", String(clients), "-d", `${seconds}s`, "--timeout", "5s"];
  const close = fresh ? ["-H", "Connection: close"] : [];
  return start(WRK, [...load, ...close, "-s", lua, url, "--", String(blockShare)], seconds);
}

function start(command, args, seconds) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], detached: true });
  child.stdin.on("error", () => {});
  const late = setTimeout(() => child.kill("SIGKILL"), (seconds + MORE_SECONDS) * 1000);
  const client = { stop, end: () => child.stdin.end(), result: resultOf(child).finally(forget) };
  // Whoever awaits it is told; nobody awaits it when the service failed first.
  client.result.catch(() => {});
  running.add(client);
  return client;

  function forget() {
    clearTimeout(late);
    running.delete(client);
  }

  async function stop() {
    if (!isRunning(child)) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
}

/** The result is the last line. */
async function resultOf(child) {
  const [output, [code, signal]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  if (code !== 0) throw new Error(`the load generator ended with ${signal ?? `exit code ${code}`}`);
  return JSON.parse(output.trim().split("\n").at(-1));
}
