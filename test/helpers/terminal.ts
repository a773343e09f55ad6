// A command in a terminal of its own: what its screen shows, keys to it, and its size. util-linux' `script` makes the terminal.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import type { TestContext } from "node:test";
import { COMMAND } from "./command.js";
import { within } from "./deadline.js";
import { ScreenModel } from "./screen-model.js";
import { steeringEnvironment } from "./steer.js";

/** Why no terminal can be had here; `undefined`: it can. */
export function whyNoTerminal(): string | undefined {
  try {
    if (execFileSync("script", ["--version"], { encoding: "utf8" }).includes("util-linux")) return undefined;
  } catch {
    // It is not there, or another system's, which takes other flags.
  }
  return "there is no `script` of util-linux, which makes a terminal";
}

export interface TerminalOptions {
  /** Where services are looked for. */
  folder: string;
  columns?: number;
  rows?: number;
}

export class TestTerminal {
  readonly screen: ScreenModel = new ScreenModel();
  /** All that came, as it came. */
  written = "";
  readonly #process: ChildProcess;
  readonly #change = new EventEmitter().setMaxListeners(0);
  #state: "open" | "over" = "open";

  /** Starts a command in a new terminal; it is ended with the test. */
  static start(t: TestContext, words: readonly string[], options: TerminalOptions): TestTerminal {
    const terminal = new TestTerminal(words, options);
    t.after(() => terminal.#process.kill("SIGKILL"));
    return terminal;
  }

  private constructor(words: readonly string[], { folder, columns = 100, rows = 20 }: TerminalOptions) {
    // The shell tells the terminal's name and its own process id, which the command takes over; then how that ended.
    const command = `'${process.execPath}' '${COMMAND}' ${words.join(" ")}`;
    const shell = `stty cols ${columns} rows ${rows}; tty; sh -c 'echo pid=$$; exec "$@"' - ${command}; echo code=$?`;
    const env = { ...steeringEnvironment(folder), TERM: "xterm", SHELL: "/bin/sh" };
    this.#process = spawn("script", ["-qfc", shell, "/dev/null"], {
      cwd: folder,
      env,
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.#process.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.written += text;
      this.screen.write(text);
      this.#change.emit("change");
    });
    this.#process.on("close", () => {
      this.#state = "over";
      this.#change.emit("change");
    });
  }

  /** Of the command itself. */
  async pid(): Promise<number> {
    return Number((await this.matched(/pid=(\d+)/))[1]);
  }

  /** How the command ended, as a shell tells it. */
  async code(): Promise<number> {
    return Number((await this.matched(/code=(\d+)/))[1]);
  }

  press(keys: string): void {
    this.#process.stdin?.write(keys);
  }

  async resize(columns: number, rows: number): Promise<void> {
    const [, tty = ""] = await this.matched(/(\/dev\/pts\/\d+)/);
    execFileSync("stty", ["-F", tty, "cols", String(columns), "rows", String(rows)]);
  }

  /** Resolves when the screen, line by line, fits. */
  async shows(pattern: RegExp): Promise<string[]> {
    await this.#until(() => pattern.test(this.screen.lines.join("\n")), `the screen shows ${pattern.source}`);
    return this.screen.lines;
  }

  /** What was written, past or future, that fits. */
  async matched(pattern: RegExp): Promise<RegExpMatchArray> {
    await this.#until(() => pattern.test(this.written), `${pattern.source} is written`);
    return this.written.match(pattern) as RegExpMatchArray;
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    const text = (): string => `${what}:\n${this.screen.lines.join("\n")}`;
    while (!condition()) {
      if (this.#state === "over") throw new Error(`the command ended before ${text()}`);
      await within(once(this.#change, "change"), text);
    }
  }
}
