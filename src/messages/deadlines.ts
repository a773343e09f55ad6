// Time-outs of any number of waits, with one timer.

/** Something that waits. It is a member of its queue itself, so that coming and going take neither search nor memory. */
export abstract class Wait {
  /** When it has waited too long, on the clock of performance.now(). */
  due = 0;
  queue: Queue | undefined;
  before: Wait | undefined;
  after: Wait | undefined;

  /** It has waited too long; it is in no queue any more. */
  abstract expire(): void;
}

/** Waits of one length: they end in the order in which they began. */
interface Queue {
  first: Wait | undefined;
  last: Wait | undefined;
}

/** What Node's timers take at most. */
const LONGEST: number = 2 ** 31 - 1;

export class Deadlines {
  readonly #queues = new Map<number, Queue>();
  #timer: NodeJS.Timeout | undefined;
  /** When the timer ends: never later than the first wait. */
  #due: number = Number.POSITIVE_INFINITY;

  /** Expires `wait`, which is in no queue, after `ms` milliseconds unless it is removed. */
  add(wait: Wait, ms: number): void {
    const now = performance.now();
    wait.due = now + ms;
    append(this.#queueOf(ms), wait);
    if (wait.due < this.#due) this.#setTimer(wait.due, now);
  }

  remove(wait: Wait): void {
    const { queue, before, after } = wait;
    if (queue === undefined) return;
    if (before === undefined) queue.first = after;
    else before.after = after;
    if (after === undefined) queue.last = before;
    else after.before = before;
    wait.queue = wait.before = wait.after = undefined;
  }

  #queueOf(ms: number): Queue {
    const known = this.#queues.get(ms);
    if (known !== undefined) return known;
    const queue = { first: undefined, last: undefined };
    this.#queues.set(ms, queue);
    return queue;
  }

  #setTimer(due: number, now: number): void {
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#onTimer(), Math.min(LONGEST, Math.ceil(due - now))).unref();
  }

  /** Where this process was busy for long, what ends a wait may have come already: it is read before waits expire. */
  #onTimer(): void {
    setImmediate(() => this.#expire());
  }

  #expire(): void {
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    for (const [ms, queue] of this.#queues) {
      for (let wait = queue.first; wait !== undefined && wait.due <= now; wait = queue.first) {
        this.remove(wait);
        wait.expire();
      }
      if (queue.first === undefined) this.#queues.delete(ms);
      else next = Math.min(next, queue.first.due);
    }
    this.#due = next;
    if (next !== Number.POSITIVE_INFINITY) this.#setTimer(next, now);
  }
}

function append(queue: Queue, wait: Wait): void {
  wait.queue = queue;
  wait.before = queue.last;
  if (queue.last === undefined) queue.first = wait;
  else queue.last.after = wait;
  queue.last = wait;
}
