// A Redis server of the bench's own: on a Unix socket, without a port, keeping nothing on disk.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { within } from "../common/deadline.mjs";
import { isRunning, running } from "../common/running.mjs";

const START_MS = 10_000;

// A subscriber that lags is to get everything here, as with the other peers, instead of being cut off.
const NO_LIMIT = ["--client-output-buffer-limit", "pubsub 0 0 0"];
const KEEP_NOTHING = ["--save", "", "--appendonly", "no"];

let started = 0;

/** The version of the redis-server on the PATH, or undefined. */
export function findRedis() {
  const { stdout } = spawnSync("redis-server", ["--version"], { encoding: "utf8" });
  return stdout?.match(/v=(\S+)/)?.[1];
}

/** Resolves to `{ path, pid, stop }` when it accepts connections. */
export async function startRedisServer(folder) {
  started += 1;
  const path = join(folder, `redis-${started}`);
  const place = ["--port", "0", "--unixsocket", path, "--dir", folder, "--daemonize", "no"];
  const child = spawn("redis-server", [...place, ...KEEP_NOTHING, ...NO_LIMIT], { stdio: "ignore", detached: true });
  const server = { path, pid: child.pid, stop };
  running.add(server);
  try {
    await once(child, "spawn");
    await within(START_MS, accepts(path, child), "redis-server did not listen");
  } catch (error) {
    await stop();
    throw error;
  }
  return server;

  async function stop() {
    if (isRunning(child)) {
      child.kill();
      await once(child, "exit");
    }
    running.delete(server);
  }
}

async function accepts(path, child) {
  while (!(await canConnect(path))) {
    if (!isRunning(child)) throw new Error("redis-server ended at once");
    await pause(20);
  }
}

async function canConnect(path) {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
