// Counts times in buckets that are at most 1.6 % wide, whatever their size: memory does not grow with the requests.

const HALF_BITS = 6;
const HALF = 2 ** HALF_BITS;
const LONGEST = 2 ** 31 - 1;

export class Histogram {
  #buckets = new Uint32Array((32 - HALF_BITS) * HALF);
  #count = 0;
  #max = 0;

  /** Microseconds. */
  add(time) {
    const value = Math.min(LONGEST, Math.max(0, Math.round(time)));
    this.#buckets[bucketOf(value)] += 1;
    this.#count += 1;
    this.#max = Math.max(this.#max, value);
  }

  get count() {
    return this.#count;
  }

  get max() {
    return this.#max;
  }

  /** The nearest-rank percentile in microseconds, with `share` from 0 to 1; NaN where nothing was counted. */
  percentile(share) {
    const rank = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < this.#buckets.length; bucket += 1) {
      seen += this.#buckets[bucket];
      if (seen >= rank) return Math.min(this.#max, middleOf(bucket));
    }
    return Number.NaN;
  }
}

/** Below 2 * HALF each value has its own; above, each power of two has HALF. */
function bucketOf(value) {
  const shift = shiftOf(value);
  return shift * HALF + (value >>> shift);
}

function shiftOf(value) {
  return Math.max(0, 31 - Math.clz32(value) - HALF_BITS);
}

function middleOf(bucket) {
  if (bucket < 2 * HALF) return bucket;
  const shift = Math.floor(bucket / HALF) - 1;
  const least = (bucket - shift * HALF) * 2 ** shift;
  return least + (2 ** shift - 1) / 2;
}
