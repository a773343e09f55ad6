// The processes that the bench itself starts for one service, and what they say before they fail.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const LONGEST_REASON = 300;
const KEPT = 4096;
const TOGETHER = fileURLToPath(new URL("together.mjs", import.meta.url));
const STDIO = ["ignore", "ignore", "pipe"];

export class Children {
  #env;
  #onFailure;
  #said = "";
  #first;

  /** @param onFailure called with the reason when one ends that should not, or cannot be started */
  constructor(env, onFailure) {
    this.#env = env;
    this.#onFailure = onFailure;
  }

  /** The id of the one that was started first. */
  get first() {
    return this.#first.pid;
  }

  /** Gets ready to start them at a word. Resolves to what starts them. */
  async prepare(launches) {
    if (launches.length === 1) return () => this.start(launches[0]);
    const together = this.#spawn(process.execPath, [TOGETHER], { env: process.env, stdio: [...STDIO, "ipc"] });
    this.#watch(together, false);
    await once(together, "message");
    return () => together.send(launches.map((launch) => ({ ...launch, env: this.#envOf(launch) })));
  }

  /** `mayEnd`: it only starts or tells others, and ends with code 0. */
  start({ command, args, env, cwd, mayEnd = false }) {
    this.#watch(this.#spawn(command, args, { cwd, env: this.#envOf({ env }), stdio: STDIO }), mayEnd);
  }

  #envOf({ env }) {
    return { ...process.env, ...this.#env, ...env };
  }

  /** A Ctrl-C is for the bench alone, which then ends all in order. */
  #spawn(command, args, options) {
    return spawn(command, args, { ...options, detached: true });
  }

  #watch(child, mayEnd) {
    this.#first ??= child;
    child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#said = (this.#said + text).slice(-KEPT);
    });
    child.on("error", ({ message }) => this.#onFailure(message));
    child.on("exit", (code, name) => {
      if (!mayEnd || code !== 0) this.#onFailure(`ended with ${name ?? `exit code ${code}`}: ${this.#reason()}`);
    });
  }

  /** The first line of what was said last that begins like an error, or else the last line. */
  #reason() {
    const lines = this.#said.split("\n").filter((line) => line.trim() !== "");
    const telling = lines.find((line) => /^\s*(\w*Error\b|error:)/i.test(line)) ?? lines.at(-1) ?? "it said nothing";
    return telling.trim().slice(0, LONGEST_REASON);
  }
}
