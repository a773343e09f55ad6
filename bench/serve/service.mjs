// One measured service: a peer with so many nodes, from the start of its first process to the end of its last.

import { EventEmitter, once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { within } from "../common/deadline.mjs";
import { running } from "../common/running.mjs";
import { Children } from "./children.mjs";
import { cpuSince, cpuTimes, processesWith, residentMemory, signal } from "./processes.mjs";

const START_MS = 20_000;
const END_MS = 10_000;

let started = 0;

export class Service {
  #peer;
  #place;
  #children;
  #listener;
  #fail;
  #failure;
  #stopped;
  #startMs = Number.NaN;
  #members = new Map();
  #changes = new EventEmitter();

  /**
   * Resolves when all nodes serve.
   * @param peer one of PEERS
   * @param how `{ nodes, node, tls, folder }`: how many, with which Node, and a folder for all services
   */
  static async start(peer, how) {
    const service = new Service(peer);
    running.add(service);
    try {
      await service.#prepare(how);
      await service.#start();
      return service;
    } catch (error) {
      await service.stop();
      throw error;
    }
  }

  constructor(peer) {
    this.#peer = peer;
    this.#failure = new Promise((_, reject) => {
      this.#fail = (message) => reject(new Error(message));
    });
    this.#failure.catch(() => {});
  }

  get port() {
    return this.#place.port;
  }

  /** Milliseconds from the start of the first process until the last node served. */
  get startMs() {
    return this.#startMs;
  }

  /** The ids of the processes, or of the threads, that serve. */
  get members() {
    return [...this.#members.values()];
  }

  /** In MiB: of one node, and of all processes. */
  memory() {
    const serving = [...new Set(this.members.map(pidOf))];
    return { node: residentMemory(serving) / this.members.length, all: residentMemory(this.#pids) };
  }

  /** Resolves to `{ result, cpuMs }`: what `work` resolves to, and the CPU time of all processes meanwhile. */
  async timed(work) {
    const before = cpuTimes(this.#pids);
    const result = await work();
    return { result, cpuMs: cpuSince(before, this.#pids) };
  }

  /** Resolves when `condition` holds for the ids that serve. */
  async until(condition, ms, what) {
    let check;
    const holds = new Promise((resolve) => {
      check = () => condition(this.members) && resolve();
      this.#changes.on("change", check);
      check();
    });
    try {
      await within(ms, Promise.race([holds, this.#failure]), what);
    } finally {
      this.#changes.off("change", check);
    }
  }

  /** Has the peer replace all of its nodes, in its own way. */
  reload() {
    const { signal: name, command } = this.#peer.reload;
    if (name === undefined) this.#children.start({ ...command(this.#place), mayEnd: true });
    else signal(this.#children.first, name);
  }

  /** Resolves when no process is left. */
  stop() {
    this.#stopped ??= this.#endAll();
    return this.#stopped;
  }

  get #pids() {
    return processesWith(`BENCH_CONTROL=${this.#place.control}`);
  }

  async #prepare({ nodes, node, tls, folder: parent }) {
    started += 1;
    const folder = join(parent, String(started));
    mkdirSync(folder);
    const control = join(folder, "control");
    this.#listener = createServer((line) => this.#onLine(line)).listen(control);
    await once(this.#listener, "listening");
    const port = await freePort();
    this.#place = { nodes, node, folder, control, port };
    this.#children = new Children(
      {
        BENCH_CONTROL: control,
        BENCH_PORT: String(port),
        BENCH_NODES: String(nodes),
        BENCH_TLS: tls ? "1" : "0",
        TMPDIR: folder,
        XDG_RUNTIME_DIR: "",
      },
      this.#fail,
    );
  }

  async #start() {
    const wanted = this.#peer.lone ? 1 : this.#place.nodes;
    const begin = await this.#children.prepare(this.#peer.launch(this.#place));
    const start = performance.now();
    begin();
    await this.until((members) => members.length >= wanted, START_MS, "not all nodes served");
    this.#startMs = performance.now() - start;
  }

  #onLine(line) {
    line.setEncoding("utf8");
    line.on("error", () => {});
    line.once("data", (who) => {
      this.#members.set(line, who.trim());
      this.#changes.emit("change");
    });
    line.on("close", () => {
      this.#members.delete(line);
      this.#changes.emit("change");
    });
  }

  /** All at once, again and again: what supervises may start another one before it is reached itself. */
  async #endAll() {
    this.#fail("stopped");
    this.#listener?.close();
    const deadline = performance.now() + END_MS;
    while (this.#place !== undefined) {
      const pids = this.#pids;
      if (pids.length === 0) break;
      if (performance.now() > deadline) throw new Error(`processes ${pids.join(", ")} do not end`);
      for (const pid of pids) signal(pid, "SIGKILL");
      await pause(10);
    }
    running.delete(this);
  }
}

/** Of an id such as "pid.thread". */
export function pidOf(who) {
  return Number(who.split(".")[0]);
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
