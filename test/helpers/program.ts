// A real program under test: a fixture in a process of its own, which tells what happens as lines of JSON.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chownSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve as resolvePath } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { eventually, within } from "./deadline.js";
import { MARK, markedProcesses } from "./processes.js";

const FIXTURES = fileURLToPath(new URL("../fixtures", import.meta.url));

/** A line that a fixture wrote: `event` says what happened, `id` and `pid` where. Other lines are `line`s with a `text`. */
export interface Told {
  event: string;
  id: string;
  pid: number;
  [detail: string]: unknown;
}

export interface ProgramOptions {
  args?: string[];
  env?: Record<string, string | undefined>;
  /** Where it runs. Default: where the test does. */
  cwd?: string;
  /** Where the service makes its private folder. Default: a new one of this test. */
  folder?: string;
  /** Whether its standard output is read from the start, or left to the test; see `stdout`. Default: "read". */
  output?: "read" | "left";
  /** Run as a user without rights. Only root can. */
  unprivileged?: boolean;
  /** Whether it leads a process group, as a program does that a shell starts. Default: false. */
  ownGroup?: boolean;
}

const NOBODY = 65_534;

export class Program {
  readonly told: Told[] = [];
  readonly folder: string;
  /** As soon as the process itself has ended; others may go on writing to its output. */
  readonly exitCode: Promise<number | null>;
  /** Once its output has ended too. */
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  stderr = "";
  readonly #mark = randomUUID();
  readonly #process: ChildProcess;
  #over = false;
  #notify: () => void = () => {};

  /** Starts test/fixtures/<fixture>, or any program by its whole path; when the test ends, nothing of it may be left, and what is left is ended. */
  static start(t: TestContext, fixture: string, options: ProgramOptions = {}): Program {
    const program = new Program(fixture, options);
    t.after(() => program.#tearDown());
    return program;
  }

  private constructor(fixture: string, options: ProgramOptions) {
    const { args = [], env = {}, cwd, folder, output = "read", unprivileged = false, ownGroup = false } = options;
    this.folder = folder ?? mkdtempSync(join(tmpdir(), "mn-test-"));
    if (unprivileged) chownSync(this.folder, NOBODY, NOBODY);
    const script = resolvePath(FIXTURES, fixture);
    const own = { [MARK]: this.#mark, TMPDIR: this.folder, XDG_RUNTIME_DIR: undefined, NODE_V8_COVERAGE: undefined };
    this.#process = spawn(process.execPath, [script, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...own, ...env },
      ...(cwd !== undefined && { cwd }),
      detached: ownGroup,
      ...(unprivileged && { uid: NOBODY, gid: NOBODY }),
    });
    this.exitCode = new Promise((resolve) => this.#process.on("exit", resolve));
    this.exit = new Promise((resolve) => {
      this.#process.on("close", (code, signal) => {
        resolve({ code, signal });
        this.#over = true;
        this.#wake();
      });
    });
    this.#listenToErrors();
    if (output === "read") this.#listen();
  }

  /** Its standard output, where that is left to the test. */
  get stdout(): Readable {
    assert.ok(this.#process.stdout);
    return this.#process.stdout;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Its standard error, which is read from the start. */
  get stderrStream(): Readable {
    assert.ok(this.#process.stderr);
    return this.#process.stderr;
  }

  /** All processes of the program that live now, the master included. */
  get processes(): number[] {
    return markedProcesses(this.#mark);
  }

  /** Everything told so far of one kind. */
  all(event: string): Told[] {
    return this.told.filter((line) => line.event === event);
  }

  /** The first line of this kind, past or future, that fits. */
  async first(event: string, fits: (line: Told) => boolean = () => true): Promise<Told> {
    const find = (): Told | undefined => this.told.find((line) => line.event === event && fits(line));
    await this.until(() => find() !== undefined, `${event} is told`);
    return find() as Told;
  }

  /** Resolves when so many lines of this kind have come. */
  async count(event: string, wanted: number): Promise<Told[]> {
    await this.until(() => this.all(event).length >= wanted, `${event} is told ${wanted} times`);
    return this.all(event);
  }

  /** Resolves with what fits this in its error output, past or future. */
  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    await this.until(() => pattern.test(this.stderr), `${pattern.source} is said`);
    return this.stderr.match(pattern) as RegExpMatchArray;
  }

  /** Resolves when the condition holds; it is asked anew with each line. */
  async until(condition: () => boolean, what: string): Promise<void> {
    const held = (async () => {
      while (!condition()) {
        if (this.#over) throw new Error(`the program ended before ${what}\nstderr: ${this.stderr.slice(-2_000)}`);
        await this.#nextLine();
      }
    })();
    await within(
      held,
      () => `${what}\ntold: ${JSON.stringify(this.told.slice(-30))}\nstderr: ${this.stderr.slice(-2_000)}`,
    );
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** How the master ended. */
  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    return within(this.exit, () => `the program ends\nstderr: ${this.stderr.slice(-2_000)}`);
  }

  /** Asks for an orderly end and checks that it was one, and that nothing stays behind. */
  async stop(): Promise<void> {
    this.kill("SIGTERM");
    assert.deepEqual(await this.ended(), { code: 0, signal: null }, this.stderr);
    await this.leavesNothing();
  }

  /** Resolves when no process and no file of the program is left. */
  async leavesNothing(): Promise<void> {
    await eventually(
      () => this.processes.length === 0,
      () => `processes end: ${this.processes.join(" ")}`,
    );
    await eventually(
      () => readdirSync(this.folder).length === 0,
      () => `files go: ${readdirSync(this.folder, { recursive: true }).join(" ")}`,
    );
  }

  #nextLine(): Promise<void> {
    return new Promise((resolve) => {
      const before = this.#notify;
      this.#notify = () => {
        before();
        resolve();
      };
    });
  }

  #listenToErrors(): void {
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#wake();
    });
  }

  #listen(): void {
    createInterface({ input: this.stdout }).on("line", (line) => {
      this.told.push(line.startsWith("{") ? (JSON.parse(line) as Told) : { event: "line", id: "", pid: 0, text: line });
      this.#wake();
    });
  }

  #wake(): void {
    const notify = this.#notify;
    this.#notify = () => {};
    notify();
  }

  async #tearDown(): Promise<void> {
    for (const pid of this.processes) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended meanwhile.
      }
    }
    await eventually(() => this.processes.length === 0, "killed processes end");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
