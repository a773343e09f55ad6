// The book of a load: every request that began, and the one column in which it ended.

/** What became of the requests; `started` is the sum of the columns from `ok` to `unexplained`. */
export interface Counts {
  started: number;
  ok: number;
  /** The connection broke while the request was on it, and no process died of it. */
  reset: number;
  /** The connection was refused: nobody held the socket. */
  refused: number;
  timedOut: number;
  wrongBody: number;
  /** Lost in a process that died while it had the request. */
  inFlightKilled: number;
  /** Everything else, in words. */
  unexplained: string[];
  /** The resets in words, for who looks for the cause. */
  resets: string[];
  /**
   * Attempts that the protocol itself says were not processed (an HTTP/2 stream behind the last one of a GOAWAY, a
   * WebSocket message behind a close frame) and that the client therefore made again. Their requests are counted above.
   */
  retried: number;
  /** Milliseconds in which 99 of 100 answers came. */
  p99: number;
  /** Which versions of the program answered. */
  versions: Set<string>;
}

/** One request under way. The client fills in what it learns. */
export interface Flight {
  readonly began: number;
  /** The process that has the connection, once that is known. */
  pid: number | undefined;
  version: string | undefined;
  retried: number;
}

interface Failure {
  flight: Flight;
  ended: number;
  error: NodeJS.ErrnoException;
}

export class WrongBody extends Error {}
export class TimedOut extends Error {}

export type Column = "reset" | "refused" | "timedOut" | "wrongBody" | "inFlightKilled" | "unexplained";

const BROKEN = new Set(["ECONNRESET", "EPIPE"]);

export class Ledger {
  readonly #deaths: { pid: number; from: number; to: number }[] = [];
  readonly #failures: Failure[] = [];
  readonly #durations: number[] = [];
  readonly #versions = new Set<string>();
  #started = 0;
  #retried = 0;

  begin(): Flight {
    this.#started += 1;
    return { began: performance.now(), pid: undefined, version: undefined, retried: 0 };
  }

  answered(flight: Flight): void {
    this.#durations.push(performance.now() - flight.began);
    this.#note(flight);
  }

  failed(flight: Flight, error: NodeJS.ErrnoException): void {
    this.#failures.push({ flight, ended: performance.now(), error });
    this.#note(flight);
  }

  /** To be told of each process that dies: before it is killed, or `seen` so many milliseconds after at the most. */
  died(pid: number, seen = 0): void {
    const now = performance.now();
    this.#deaths.push({ pid, from: now - seen, to: now });
  }

  get answers(): number {
    return this.#durations.length;
  }

  get versions(): Set<string> {
    return this.#versions;
  }

  sum(): Counts {
    const failures = this.#failures.map((failure) => ({ column: this.#columnOf(failure), words: inWords(failure) }));
    const of = (wanted: Column) => failures.filter(({ column }) => column === wanted).map(({ words }) => words);
    return {
      started: this.#started,
      ok: this.answers,
      reset: of("reset").length,
      refused: of("refused").length,
      timedOut: of("timedOut").length,
      wrongBody: of("wrongBody").length,
      inFlightKilled: of("inFlightKilled").length,
      unexplained: of("unexplained"),
      resets: of("reset"),
      retried: this.#retried,
      p99: percentile(this.#durations, 0.99),
      versions: this.#versions,
    };
  }

  #note({ version, retried }: Flight): void {
    if (version !== undefined) this.#versions.add(version);
    this.#retried += retried;
  }

  /** A request that a process had is lost with that one alone; one that nobody had yet, only at the time of a death. */
  #columnOf({ flight, ended, error }: Failure): Column {
    if (error instanceof WrongBody) return "wrongBody";
    if (error.code === "ECONNREFUSED") return "refused";
    const diedWithIt = this.#deaths.some(({ pid, from, to }) =>
      flight.pid === undefined ? to >= flight.began && from <= ended : flight.pid === pid,
    );
    if (error instanceof TimedOut) return diedWithIt ? "inFlightKilled" : "timedOut";
    if (!BROKEN.has(error.code ?? "")) return "unexplained";
    return diedWithIt ? "inFlightKilled" : "reset";
  }
}

/** The counts of loads one after another; of the durations, the longest. */
export function addUp(all: readonly Counts[]): Counts {
  return all.reduce((sum, counts) => ({
    started: sum.started + counts.started,
    ok: sum.ok + counts.ok,
    reset: sum.reset + counts.reset,
    refused: sum.refused + counts.refused,
    timedOut: sum.timedOut + counts.timedOut,
    wrongBody: sum.wrongBody + counts.wrongBody,
    inFlightKilled: sum.inFlightKilled + counts.inFlightKilled,
    unexplained: [...sum.unexplained, ...counts.unexplained],
    resets: [...sum.resets, ...counts.resets],
    retried: sum.retried + counts.retried,
    p99: Math.max(sum.p99, counts.p99),
    versions: new Set([...sum.versions, ...counts.versions]),
  }));
}

/** Every request is in one column, and all but `allowed` are empty. Returns what is not as it should be. */
export function wrongWith(counts: Counts, allowed: readonly Column[] = []): string[] {
  const { started, ok, reset, refused, timedOut, wrongBody, inFlightKilled, unexplained } = counts;
  const columns = { reset, refused, timedOut, wrongBody, inFlightKilled, unexplained: unexplained.length };
  const sum = ok + Object.values(columns).reduce((total, count) => total + count, 0);
  const wrong = Object.entries(columns)
    .filter(([name, count]) => count > 0 && !allowed.includes(name as Column))
    .map(([name, count]) => `${count} ${name}`);
  if (sum !== started) wrong.push(`${started} requests were started, ${sum} are accounted for`);
  if (ok === 0) wrong.push("there was no load");
  return wrong.length === 0 ? [] : [...wrong, ...counts.resets.slice(0, 5), ...unexplained.slice(0, 5)];
}

function inWords({ flight, ended, error }: Failure): string {
  const after = Math.round(ended - flight.began);
  return `${error.code ?? error.name}: ${error.message} (pid ${flight.pid ?? "unknown"}, after ${after} ms)`;
}

function percentile(durations: readonly number[], share: number): number {
  const sorted = Float64Array.from(durations).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
