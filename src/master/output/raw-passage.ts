// Nodes write to the master's standard output themselves; what they write to standard error comes out as it is.
import type { Source } from "./lane.js";
import type { Passage, StreamName } from "./passage.js";

export class RawPassage implements Passage {
  readonly stdout = "inherit";
  readonly #sources = new Set<Source>();
  #flow: "runs" | "paused" = "runs";

  bytes(_stream: StreamName, bytes: Buffer): void {
    if (process.stderr.write(bytes) || this.#flow === "paused") return;
    this.#flow = "paused";
    for (const source of this.#sources) source.pause();
    whenDrained(() => this.#resume());
  }

  add(_stream: StreamName, source: Source): void {
    this.#sources.add(source);
    if (this.#flow === "paused") source.pause();
  }

  release(_stream: StreamName, source: Source): void {
    if (this.#sources.delete(source)) source.resume();
  }

  flush(): Promise<void> {
    if (process.stderr.writableLength === 0 || process.stderr.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      whenDrained(resolve);
    });
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

/** Once the master's standard error takes more again, or never will. */
function whenDrained(action: () => void): void {
  const done = (): void => {
    process.stderr.off("drain", done).off("close", done);
    action();
  };
  process.stderr.on("drain", done).on("close", done);
}
