// The last error in what a process wrote to its standard error: the end of it is enough, whatever it wrote before.

/** Bytes that are kept: the stack of an error and the lines around it. */
const KEPT = 8_192;

export class LastError {
  #tail = "";

  push(chunk: Buffer): void {
    this.#tail = (this.#tail + chunk.toString("latin1")).slice(-KEPT);
  }

  /** The line that names an error, the last such one; `undefined` where there is none. */
  get text(): string | undefined {
    const lines = Buffer.from(this.#tail, "latin1").toString().split("\n");
    return lines.findLast((line) => /^(Uncaught )?[\w$]*(Error|Exception)\b.*/.test(line))?.trim();
  }
}
