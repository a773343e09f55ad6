// What nodes write comes out as it is: to standard error by way of the master, to standard output by themselves where they can.
import type { Source } from "./lane.js";
import type { Passage, StreamName } from "./passage.js";

export class RawPassage implements Passage {
  readonly stdout: Passage["stdout"];
  readonly #sources = new Set<Source>();
  #flow: "runs" | "paused" = "runs";

  constructor(stdout: Passage["stdout"] = "inherit") {
    this.stdout = stdout;
  }

  bytes(stream: StreamName, bytes: Buffer): void {
    // Standard output that the nodes have themselves never comes here.
    if (process[stream].write(bytes) || this.#flow === "paused") return;
    this.#flow = "paused";
    for (const source of this.#sources) source.pause();
    whenDrained(process[stream], () => this.#resume());
  }

  add(_stream: StreamName, source: Source): void {
    this.#sources.add(source);
    if (this.#flow === "paused") source.pause();
  }

  release(_stream: StreamName, source: Source): void {
    if (this.#sources.delete(source)) source.resume();
  }

  async flush(): Promise<void> {
    const outputs = this.stdout === "pipe" ? [process.stdout, process.stderr] : [process.stderr];
    await Promise.all(outputs.map(written));
  }

  // It passes bytes on at once, whoever they are from.
  lines(): void {}
  started(): void {}
  ended(): void {}
  serving(): void {}
  gaveUp(): void {}
  close(): void {}

  #resume(): void {
    this.#flow = "runs";
    for (const source of this.#sources) source.resume();
  }
}

function written(output: NodeJS.WriteStream): Promise<void> {
  if (output.writableLength === 0 || output.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    whenDrained(output, resolve);
  });
}

/** Once an output of the master takes more again, or never will. */
function whenDrained(output: NodeJS.WriteStream, action: () => void): void {
  const done = (): void => {
    output.off("drain", done).off("close", done);
    action();
  };
  output.on("drain", done).on("close", done);
}
