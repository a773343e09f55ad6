// Nodes' lines come out of the master whole, each with whose it is.
import { isatty } from "node:tty";
import type { LogFormat, LogLine } from "../../log-lines.js";
import { paintFor } from "../../tones.js";
import { type Format, formatOf } from "./format.js";
import { Lane, type Source } from "./lane.js";
import type { Passage, StreamName } from "./passage.js";
import { Repeats } from "./repeats.js";
import { StartGate } from "./start-gate.js";
import { isSame, writerTo } from "./writer.js";

/** Milliseconds for which a stack that was passed on before is held back at most. */
const HELD_MS = 1_000;

export interface LinePassageOptions {
  format: Exclude<LogFormat, "raw">;
  /** A line of the master's own. */
  ownLine: (text: string) => LogLine;
  /** Descriptors of this process. Default: its standard output and error. */
  descriptors?: Record<StreamName, number>;
}

export class LinePassage implements Passage {
  readonly stdout = "pipe";
  readonly #lanes: Record<StreamName, Lane>;
  readonly #formats: Record<StreamName, Format>;
  readonly #gate = new StartGate();
  readonly #repeats = new Repeats();
  #release: NodeJS.Timeout | undefined;

  constructor({ format, ownLine, descriptors = { stdout: 1, stderr: 2 } }: LinePassageOptions) {
    const { stdout, stderr } = descriptors;
    const formatFor = (fd: number): Format => formatOf(format, paintFor(process.env, isatty(fd)));
    this.#formats = { stdout: formatFor(stdout), stderr: formatFor(stderr) };
    const open = (fd: number, name: StreamName): Lane =>
      new Lane(writerTo(fd), (bytes) =>
        this.#formats[name](ownLine(`${bytes} bytes are left out here, as they were not read in time`)),
      );
    const first = open(stdout, "stdout");
    // Where both lead to one place, what comes first is to be there first.
    this.#lanes = { stdout: first, stderr: isSame(stdout, stderr) ? first : open(stderr, "stderr") };
  }

  // Bytes are passed on as lines.
  bytes(): void {}

  lines(lines: readonly LogLine[]): void {
    this.#pass(this.#gate.take(lines));
  }

  add(stream: StreamName, source: Source): void {
    this.#lanes[stream].add(source);
  }

  release(stream: StreamName, source: Source): void {
    this.#lanes[stream].release(source);
  }

  started(id: string): void {
    this.#gate.start(id);
  }

  ended(id: string): void {
    this.#pass(this.#gate.ended(id));
    this.#write(this.#repeats.ended(id, Date.now()));
  }

  serving(): void {
    this.#pass(this.#gate.open());
  }

  gaveUp(): void {
    this.#gate.giveUp();
  }

  async flush(): Promise<void> {
    this.#write(this.#gate.open());
    this.#write(this.#repeats.release());
    await Promise.all([this.#lanes.stdout.idle(), this.#lanes.stderr.idle()]);
  }

  close(): void {
    for (const lane of new Set(Object.values(this.#lanes))) lane.close();
  }

  /** What may be a stack that was passed on before waits for the end of its node, which follows at once. */
  #pass(lines: readonly LogLine[]): void {
    this.#write(this.#repeats.take(lines, Date.now()));
    if (!this.#repeats.isHolding || this.#release !== undefined) return;
    this.#release = setTimeout(() => {
      this.#release = undefined;
      this.#write(this.#repeats.release());
    }, HELD_MS).unref();
  }

  /** In one piece what goes to one place. */
  #write(lines: readonly LogLine[]): void {
    let text = "";
    for (const [index, line] of lines.entries()) {
      text += this.#formats[line.stream](line);
      if (lines[index + 1]?.stream === line.stream) continue;
      this.#lanes[line.stream].write(Buffer.from(text));
      text = "";
    }
  }
}
