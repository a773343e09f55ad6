// A terminal's second screen: drawn line by line where something has changed, and given back as it was.

/** What the terminal is asked for, in xterm's control sequences. */
const OPEN = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J";
const CLOSE = "\u001b[?7h\u001b[?25h\u001b[?1049l";

export class Screen {
  readonly #output: Pick<NodeJS.WritableStream, "write">;
  #shown: readonly string[] = [];
  #state: "open" | "closed" = "closed";

  constructor(output: Pick<NodeJS.WritableStream, "write">) {
    this.#output = output;
  }

  open(): void {
    if (this.#state === "open") return;
    this.#state = "open";
    this.#shown = [];
    this.#output.write(OPEN);
  }

  /** Writes the lines that differ from those of the time before. */
  draw(lines: readonly string[]): void {
    if (this.#state === "closed") return;
    const changed = lines.flatMap((line, row) => (line === this.#shown[row] ? [] : [at(row) + line]));
    if (changed.length > 0) this.#output.write(changed.join(""));
    this.#shown = lines;
  }

  /** The terminal has another size: nothing of what it shows is sure to be where it was. */
  clear(): void {
    this.#shown = [];
    if (this.#state === "open") this.#output.write("\u001b[2J");
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#output.write(CLOSE);
  }
}

/** The beginning of a row, emptied. */
function at(row: number): string {
  return `\u001b[${row + 1};1H\u001b[2K`;
}
