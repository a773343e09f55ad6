// How long requests took lately: a histogram over the last seconds, and which requests are timed for it.
import type { Beat } from "../protocol.js";

/** Ticks of a quarter of a microsecond in a millisecond: so the shortest times, too, fall into buckets of their own. */
const TICKS = 4_000;
/** What is shorter than 10 µs counts as that, what is longer than 10 minutes as that. */
const LEAST = 0.01 * TICKS;
const MOST = 10 * 60_000 * TICKS;
/** Each power of two has 16 buckets, so the middle of one is at most 3.2 % off what fell into it. */
const SHARE_BITS = 4;
const SHARES = 2 ** SHARE_BITS;
/** The power of two that the shortest time is in. */
const FIRST_POWER = 5;
const BUCKETS = (32 - FIRST_POWER) * SHARES;

/** Beats for which one half of the histogram is filled before the other half is forgotten. */
const HALF_BEATS = 5;
/** With more requests than these in a beat, one of 16 is timed: looking at the clock costs more than all the rest. */
const MANY = 2_000;
const SPARSE = 16;

export class ResponseTimes {
  readonly #clock: () => number;
  #filling = new Uint32Array(BUCKETS);
  #filled = new Uint32Array(BUCKETS);
  #beats = 0;
  /** Of how many requests one is timed. */
  #every = 1;
  /** Requests until the next one that is timed. */
  #left = 1;
  #timedInBeat = 0;
  #random = 1;

  /** @param clock milliseconds, from any beginning but never 0 */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** A request begins. What is given back goes to end() with its answer: when it began, or 0 if it is not timed. */
  begin(): number {
    this.#left -= 1;
    return this.#left > 0 ? 0 : this.#time();
  }

  /** Its answer is out. */
  end(begunAt: number): void {
    if (begunAt !== 0) this.add(this.#clock() - begunAt);
  }

  /** @param ms a response time */
  add(ms: number): void {
    const index = bucketOf(ms);
    this.#filling[index] = (this.#filling[index] ?? 0) + 1;
  }

  /** A second is over. Returns what half and what 99 of 100 requests of the last 5 to 10 did not exceed, if there were any. */
  beat(): Beat["responseTime"] {
    this.#every = this.#timedInBeat * this.#every > MANY ? SPARSE : 1;
    this.#left = Math.min(this.#left, this.#every);
    this.#timedInBeat = 0;
    const counts = this.#filling.map((count, index) => count + (this.#filled[index] ?? 0));
    this.#beats += 1;
    if (this.#beats % HALF_BEATS === 0) [this.#filling, this.#filled] = [this.#filled.fill(0), this.#filling];
    const total = counts.reduce((sum, count) => sum + count, 0);
    return total === 0 ? null : { p50: quantile(counts, total * 0.5), p99: quantile(counts, total * 0.99) };
  }

  #time(): number {
    this.#timedInBeat += 1;
    this.#left = this.#every === 1 ? 1 : this.#distance();
    return this.#clock();
  }

  /** 16 on average, but not always: requests may come in a rhythm of their own. */
  #distance(): number {
    // Marsaglia's xorshift: https://www.jstatsoft.org/article/view/v008i14
    this.#random ^= this.#random << 13;
    this.#random ^= this.#random >>> 17;
    this.#random ^= this.#random << 5;
    return 1 + ((this.#random >>> 0) % (2 * SPARSE - 1));
  }
}

function bucketOf(ms: number): number {
  const ticks = Math.min(Math.max(ms * TICKS, LEAST), MOST) >>> 0;
  const power = 31 - Math.clz32(ticks);
  return (power - FIRST_POWER) * SHARES + ((ticks >>> (power - SHARE_BITS)) % SHARES);
}

/** The middle of a bucket in milliseconds. */
function middleOf(bucket: number): number {
  const width = 2 ** (Math.floor(bucket / SHARES) + FIRST_POWER - SHARE_BITS);
  const ticks = (SHARES + (bucket % SHARES) + 0.5) * width;
  return Math.round((ticks / TICKS) * 1_000) / 1_000;
}

/** The time that so many of the counted ones did not exceed. */
function quantile(counts: Uint32Array, rank: number): number {
  let seen = 0;
  const bucket = counts.findIndex((count) => {
    seen += count;
    return seen >= rank;
  });
  return middleOf(bucket);
}
