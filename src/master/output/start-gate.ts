// Pure: until a node serves, nodes that fail in the same way are heard once.
import type { LogLine } from "../../log-lines.js";

/** UTF-16 units of text that are held back of each node, and of all. */
const MAX_OF_ONE = 65_536;
const MAX_OF_ALL = 1_048_576;

/** A node as long as nothing serves. The first one is heard at once, others are held back. */
interface Starter {
  hears: "at-once" | "later";
  state: "lives" | "ended";
  said: Said;
}

/** By stream, as nobody knows in which order what is written to two of them arrives. */
type Said = Record<LogLine["stream"], string>;

/**
 * The nodes of a service run the same program, so when it is broken, each of them says so, and so do those that are
 * started in their place. The first node is heard at once. Of the others, whatever they wrote is passed on when the
 * service comes to serve or when it turns out to be something else than what was heard before, and forgotten when the
 * service gives up. What differs in digits alone, such as process ids and times, is taken for the same.
 */
export class StartGate {
  readonly #starters = new Map<string, Starter>();
  #heard: Said[] = [];
  #held: LogLine[] = [];
  #size = 0;
  #state: "shut" | "open" = "shut";

  /** A node has been started. */
  start(id: string): void {
    if (this.#state === "open") return;
    const hears = this.#starters.size === 0 && this.#heard.length === 0 ? "at-once" : "later";
    this.#starters.set(id, { hears, state: "lives", said: { stdout: "", stderr: "" } });
  }

  /** Lines of one node; returns what is to be passed on now. */
  take(lines: readonly LogLine[]): readonly LogLine[] {
    const id = lines[0]?.node ?? "";
    const starter = this.#starters.get(id);
    if (this.#state === "open" || starter === undefined) return lines;
    for (const line of lines) note(starter.said, line);
    if (starter.hears === "at-once") return lines;
    this.#held.push(...lines);
    this.#size += sizeOf(lines);
    if (this.#size > MAX_OF_ALL) return this.open();
    return isFull(starter.said) ? this.#hear(id, starter) : [];
  }

  /** A node has ended without having served; returns what is to be passed on now. */
  ended(id: string): readonly LogLine[] {
    const starter = this.#starters.get(id);
    if (this.#state === "open" || starter === undefined) return [];
    starter.state = "ended";
    // What the first one says may yet come.
    if ([...this.#starters.values()].some(({ hears, state }) => hears === "at-once" && state === "lives")) return [];
    return [...this.#starters].flatMap(([id, starter]) => (starter.state === "ended" ? this.#judge(id, starter) : []));
  }

  /** The service goes on: returns all that was held back. */
  open(): readonly LogLine[] {
    const held = this.#held;
    this.#state = "open";
    this.#forgetAll();
    return held;
  }

  /** The service has given up: what was heard says why. */
  giveUp(): void {
    if (this.#state === "shut") this.#forgetAll();
  }

  #hear(id: string, starter: Starter): readonly LogLine[] {
    starter.hears = "at-once";
    const own = this.#held.filter(({ node }) => node === id);
    this.#drop(id);
    return own;
  }

  #judge(id: string, starter: Starter): readonly LogLine[] {
    this.#starters.delete(id);
    const said = { stdout: withoutNumbers(starter.said.stdout), stderr: withoutNumbers(starter.said.stderr) };
    const isNews = !this.#heard.some((heard) => says(heard, said));
    if (isNews) this.#heard.push(said);
    if (isNews) return this.#hear(id, starter);
    this.#drop(id);
    return [];
  }

  #drop(id: string): void {
    this.#held = this.#held.filter(({ node }) => node !== id);
    this.#size = sizeOf(this.#held);
  }

  #forgetAll(): void {
    this.#held = [];
    this.#size = 0;
    this.#starters.clear();
    this.#heard = [];
  }
}

function note(said: Said, { stream, text }: LogLine): void {
  if (!isFull(said)) said[stream] += `${text}\n`;
}

function isFull({ stdout, stderr }: Said): boolean {
  return stdout.length + stderr.length > MAX_OF_ONE;
}

function sizeOf(lines: readonly LogLine[]): number {
  return lines.reduce((sum, { text }) => sum + text.length + 1, 0);
}

function withoutNumbers(text: string): string {
  return text.replaceAll(/\d+/g, "0");
}

/** Whether the one has said what the other has: that one may have been ended before it was done. */
function says(one: Said, other: Said): boolean {
  return one.stdout.startsWith(other.stdout) && one.stderr.startsWith(other.stderr);
}
