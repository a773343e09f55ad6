// What a node writes to its standard error goes on to the master's, and is looked at on the way.
import type { Readable } from "node:stream";
import { InspectorLines } from "./inspector-lines.js";
import { LastError } from "./last-error.js";

export class StderrTap {
  readonly #write: (bytes: Buffer) => void;
  readonly #lastError = new LastError();
  #inspector: InspectorLines | undefined;

  constructor(stream: Readable | null, write: (bytes: Buffer) => void) {
    this.#write = write;
    stream?.on("data", (chunk: Buffer) => {
      this.#lastError.push(chunk);
      this.#pass(this.#inspector?.push(chunk) ?? chunk);
    });
    stream?.on("close", () => this.stopInspecting());
  }

  /** The last error that was written, if any. */
  get lastError(): string | undefined {
    return this.#lastError.text;
  }

  /** Leaves out the inspector's lines until the process ends. */
  hideInspector(): void {
    if (this.#inspector === undefined) this.inspect().url.catch(() => {});
  }

  /** From now on the inspector's lines are for the master alone. */
  inspect(): InspectorLines {
    this.stopInspecting();
    this.#inspector = new InspectorLines();
    return this.#inspector;
  }

  stopInspecting(): void {
    const inspector = this.#inspector;
    this.#inspector = undefined;
    if (inspector !== undefined) this.#pass(inspector.end());
  }

  #pass(bytes: Buffer): void {
    if (bytes.length > 0) this.#write(bytes);
  }
}
