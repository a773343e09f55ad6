// All calls of this process that wait for their answers.
import { AbortWatch } from "./abort-watch.js";
import { Deadlines } from "./deadlines.js";
import type { Link } from "./link.js";
import { type CallTable, PendingCall } from "./pending-call.js";
import type { CallSettings } from "./targets.js";

export class PendingCalls implements CallTable {
  readonly deadlines: Deadlines = new Deadlines();
  readonly #signals = new AbortWatch();
  readonly #calls = new Map<Link, Map<number, PendingCall>>();
  #lastId = 0;

  /** @param patience milliseconds to the start of its answer; 0: no limit */
  begin(link: Link, name: string, settings: CallSettings, patience: number): PendingCall {
    const calls = this.#callsOver(link);
    const call = new PendingCall(this, link, this.#freeId(calls), name, settings);
    call.waitFor(patience);
    calls.set(call.id, call);
    if (settings.signal !== undefined) this.#signals.add(settings.signal, call);
    return call;
  }

  remove(call: PendingCall): void {
    this.#calls.get(call.link)?.delete(call.id);
    this.deadlines.remove(call);
    if (call.settings.signal !== undefined) this.#signals.remove(call.settings.signal, call);
  }

  get(link: Link, id: number): PendingCall | undefined {
    return this.#calls.get(link)?.get(id);
  }

  /** How many wait for that process. */
  count(link: Link): number {
    return this.#calls.get(link)?.size ?? 0;
  }

  /** That process is gone. */
  left(link: Link): void {
    const calls = this.#calls.get(link);
    this.#calls.delete(link);
    for (const call of calls?.values() ?? []) call.onPeerGone();
  }

  #callsOver(link: Link): Map<number, PendingCall> {
    const known = this.#calls.get(link);
    if (known !== undefined) return known;
    const calls = new Map<number, PendingCall>();
    this.#calls.set(link, calls);
    return calls;
  }

  #freeId(calls: ReadonlyMap<number, PendingCall>): number {
    do this.#lastId = (this.#lastId + 1) >>> 0;
    while (calls.has(this.#lastId));
    return this.#lastId;
  }
}
