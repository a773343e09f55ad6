// The processes of one peer while they are measured: started together, told what to do over a Unix socket, ended together.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { within } from "../common/deadline.mjs";
import { isRunning, running } from "../common/running.mjs";

const START_MS = 60_000;
const END_MS = 15_000;

let started = 0;

export class Service {
  #children = [];
  #lines = new Set();
  #members = new Map();
  #answers = new Map();
  #asked = 0;
  #server;
  #fail;
  #failure;
  #companions;
  #stopped;

  /**
   * Starts `script` with Node `node`, once for each of `environments`, and resolves when `members` processes have
   * said that they are ready. `companions`, each with `pid` and `stop`, are other processes that belong to it.
   */
  static async start({ node, script, environments, members, folder, companions = [] }) {
    const service = new Service(companions);
    running.add(service);
    try {
      const path = await service.#listen(folder);
      const common = { BENCH_CONTROL: path, BENCH_MEMBERS: String(members), TMPDIR: folder, XDG_RUNTIME_DIR: "" };
      for (const own of environments) service.#spawn(node, script, { ...common, ...own });
      await within(START_MS, service.#membersReady(members), `${script} was not ready`);
      return service;
    } catch (error) {
      await service.stop();
      throw error;
    }
  }

  constructor(companions) {
    this.#companions = companions;
    this.#failure = new Promise((_, reject) => {
      this.#fail = (message) => reject(new Error(message));
    });
    this.#failure.catch(() => {});
  }

  /** Ids of all its processes. */
  get pids() {
    const processes = [...this.#children, ...this.#members.values(), ...this.#companions];
    return [...new Set(processes.map(({ pid }) => pid))];
  }

  /** Has a member do a task, see makeTasks. */
  ask(index, task, details) {
    this.#asked += 1;
    const id = this.#asked;
    const answer = new Promise((resolve, reject) => this.#answers.set(id, { resolve, reject }));
    this.#members.get(index).line.write(`${JSON.stringify({ id, task, details })}\n`);
    return Promise.race([answer, this.#failure]);
  }

  /** Resolves when no process is left. */
  stop() {
    this.#stopped ??= this.#endAll();
    return this.#stopped;
  }

  /** Members end when their line does; what does not is killed. */
  async #endAll() {
    this.#fail("stopped");
    this.#server?.close();
    for (const line of this.#lines) line.destroy();
    const ends = this.#children.filter(isRunning).map((child) => once(child, "exit"));
    try {
      await within(END_MS, Promise.all(ends), "processes were still running");
    } catch {
      // A master or primary first, so that it replaces nobody.
      for (const { pid } of [...this.#children, ...this.#members.values()]) kill(pid);
    }
    await Promise.all(this.#companions.map((companion) => companion.stop()));
    running.delete(this);
  }

  async #listen(folder) {
    started += 1;
    const path = join(folder, `line-${started}`);
    this.#server = createServer((line) => this.#onLine(line)).listen(path);
    this.#server.on("close", () => rmSync(path, { force: true }));
    await once(this.#server, "listening");
    return path;
  }

  #spawn(node, script, environment) {
    const child = spawn(node, [fileURLToPath(new URL(`peers/${script}`, import.meta.url))], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, ...environment },
      // A Ctrl-C is for the bench alone, which then ends all in order.
      detached: true,
    });
    this.#children.push(child);
    child.on("error", (error) => this.#fail(`${script} could not be started: ${error.message}`));
    child.on("exit", (code, signal) => this.#fail(`${script} ended with ${signal ?? `exit code ${code}`}`));
  }

  async #membersReady(count) {
    while (this.#members.size < count) {
      const change = new Promise((resolve) => {
        this.#onMember = resolve;
      });
      await Promise.race([change, this.#failure]);
    }
  }

  #onMember = () => {};

  #onLine(line) {
    this.#lines.add(line);
    line.on("error", () => {});
    line.on("close", () => this.#fail("a member has ended"));
    createInterface(line).on("line", (text) => this.#onMessage(line, JSON.parse(text)));
  }

  #onMessage(line, message) {
    switch (message.type) {
      case "failed":
        return this.#fail(message.message);
      case "ready":
        this.#members.set(message.index, { line, pid: message.pid });
        return this.#onMember();
      default:
        return this.#onAnswer(message);
    }
  }

  #onAnswer({ id, result, error }) {
    const { resolve, reject } = this.#answers.get(id);
    this.#answers.delete(id);
    if (error === undefined) resolve(result);
    else reject(new Error(error));
  }
}

function kill(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}
