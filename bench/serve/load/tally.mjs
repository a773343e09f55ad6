// What became of the requests, and how long they took.

import { Histogram } from "./histogram.mjs";

const SECOND = 1e6;

export class Tally {
  #times = new Histogram();
  #counts = { ok: 0, refused: 0, reset: 0, timedOut: 0, wrong: 0 };
  #slow = 0;

  /** `time` in microseconds, from when the request was to be sent. */
  add(outcome, time) {
    this.#counts[outcome] += 1;
    if (outcome === "ok") this.#times.add(time);
    if (time > SECOND) this.#slow += 1;
  }

  /** Times in milliseconds; `overOneSecond` counts requests, answered or not. */
  result() {
    const { ok, ...others } = this.#counts;
    const milliseconds = (share) => this.#times.percentile(share) / 1000;
    return {
      ok,
      others,
      lost: Object.values(others).reduce((sum, count) => sum + count, 0),
      p50: milliseconds(0.5),
      p99: milliseconds(0.99),
      p999: milliseconds(0.999),
      overOneSecond: this.#slow,
    };
  }
}
