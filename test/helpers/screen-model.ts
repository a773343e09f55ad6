// What a terminal shows after the control sequences (ECMA-48, xterm) that our commands write; others are an error.

/** A sequence, a control character, or text. */
// oxlint-disable-next-line no-control-regex -- it is what these sequences begin with
const PART = /\u001b\[([?]?)([\d;]*)([A-Za-z])|[\r\n]|[^\u001b\r\n]+|\u001b/gu;

export class ScreenModel {
  /** Whether the second screen is shown, which is gone without a trace when a program leaves it. */
  alternate: "on" | "off" = "off";
  cursor: "shown" | "hidden" = "shown";
  wrap: "on" | "off" = "on";
  #rows: (string | undefined)[] = [];
  #kept: (string | undefined)[] = [];
  #row = 0;
  #column = 0;
  #rest = "";

  /** Each row without the spaces at its end. */
  get lines(): string[] {
    return Array.from(this.#rows, (row = "") => row.trimEnd());
  }

  write(text: string): void {
    const all = this.#rest + text;
    // A sequence may come in two chunks.
    // oxlint-disable-next-line no-control-regex -- see above
    const whole = all.replace(/\u001b(\[[?\d;]*)?$/u, "");
    this.#rest = all.slice(whole.length);
    for (const [part, mark = "", parameters = "", final] of whole.matchAll(PART)) {
      if (final !== undefined) this.#obey(mark + final, parameters);
      else this.#type(part);
    }
  }

  #type(part: string): void {
    if (part === "\r") this.#column = 0;
    else if (part === "\n") this.#row += 1;
    else {
      const before = (this.#rows[this.#row] ?? "").padEnd(this.#column);
      this.#rows[this.#row] = before.slice(0, this.#column) + part + before.slice(this.#column + part.length);
      this.#column += part.length;
    }
  }

  #obey(kind: string, parameters: string): void {
    if (kind === "m") return;
    if (kind === "H") return this.#move(parameters);
    if (kind === "G") return void (this.#column = Number(parameters) - 1);
    if (kind === "J" && parameters === "0") return this.#cutHere();
    if (kind === "K" && parameters === "2") return void (this.#rows[this.#row] = "");
    if (kind === "J" && parameters === "2") return void (this.#rows = []);
    if (kind === "?h" || kind === "?l") return this.#switch(parameters, kind === "?h" ? "on" : "off");
    throw new Error(`no such sequence is known: ${kind} ${parameters}`);
  }

  #cutHere(): void {
    this.#rows = this.#rows.slice(0, this.#row + 1);
    this.#rows[this.#row] = (this.#rows[this.#row] ?? "").slice(0, this.#column);
  }

  #move(parameters: string): void {
    const [row = 1, column = 1] = parameters.split(";").map(Number);
    this.#row = row - 1;
    this.#column = column - 1;
  }

  #switch(mode: string, to: "on" | "off"): void {
    if (mode === "25") this.cursor = to === "on" ? "shown" : "hidden";
    if (mode === "7") this.wrap = to;
    if (mode !== "1049") return;
    this.alternate = to;
    if (to === "on") this.#kept = this.#rows;
    this.#rows = to === "on" ? [] : this.#kept;
  }
}
