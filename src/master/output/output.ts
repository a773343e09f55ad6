// What a service writes, its nodes' output and the master's own lines: passed on, and kept for whoever asks later.
import { isatty } from "node:tty";
import type { LogFeed, LogLine } from "../../log-lines.js";
import { MASTER_ID } from "../../mesh/endpoint.js";
import type { ServiceOptions } from "../../options.js";
import { printable } from "../../printable.js";
import { pause } from "../../promises.js";
import { LinePassage } from "./line-passage.js";
import { LogRing } from "./log-ring.js";
import { NodeOutput } from "./node-output.js";
import type { Passage } from "./passage.js";
import { RawPassage } from "./raw-passage.js";

const STDOUT = 1;
/** Milliseconds that what is left may take to be written at the end. */
const END_MS = 1_000;

export class Output {
  readonly #ring = new LogRing();
  readonly #passage: Passage;
  readonly #log: (line: string) => void;

  constructor(options: Pick<ServiceOptions, "output" | "log" | "logsTo" | "hosted" | "user">) {
    const { output, log, logsTo, hosted } = options;
    if (output === "raw") this.#passage = new RawPassage(rawStdout(options));
    else this.#passage = new LinePassage({ format: output, ownLine });
    // A process that is nothing but this master goes on when nobody reads its log; any other decides that itself.
    if (hosted !== undefined) process.stderr.on("error", () => {});
    // Whoever gave a function of their own gets the lines there, and nowhere else.
    const joins = output !== "raw" && logsTo === "stderr";
    this.#log = joins ? (line) => this.#passage.lines([ownLine(line)]) : (line) => log(`multi-node: ${line}`);
  }

  get feed(): LogFeed {
    return this.#ring;
  }

  /** For a node that is about to be started. */
  node(id: string, place: number): NodeOutput {
    return new NodeOutput({ id, place }, this.#passage, (line) => this.#ring.add(line));
  }

  /** What the master itself has to say. */
  log(text: string): void {
    const lines = text.split("\n").map(printable);
    for (const line of lines) this.#ring.add(ownLine(line));
    for (const line of lines) this.#log(line);
  }

  /** A node serves. */
  serving(): void {
    this.#passage.serving();
  }

  /** No node will ever serve. */
  gaveUp(): void {
    this.#passage.gaveUp();
  }

  /** Resolves when all is written that somebody reads. Nothing is passed on after that. */
  async end(): Promise<void> {
    await Promise.race([this.#passage.flush(), pause(END_MS)]);
    this.#passage.close();
  }
}

/** Who has a terminal's descriptor can read what is typed there: that is not for nodes of another user. */
function rawStdout({ user }: Pick<ServiceOptions, "user">): Passage["stdout"] {
  return user !== undefined && isatty(STDOUT) ? "pipe" : "inherit";
}

function ownLine(text: string): LogLine {
  return { time: Date.now(), node: MASTER_ID, pid: process.pid, stream: "stderr", text };
}
