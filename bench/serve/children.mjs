// The processes that the bench itself starts for one service, and what they say before they fail.

import { spawn } from "node:child_process";

const LONGEST_REASON = 300;
const KEPT = 4096;

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

  /** `mayEnd`: it only starts or tells others, and ends with code 0. */
  start({ command, args, env, cwd, mayEnd = false }) {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...this.#env, ...env },
      stdio: ["ignore", "ignore", "pipe"],
      // A Ctrl-C is for the bench alone, which then ends all in order.
      detached: true,
    });
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
