// Which calls end when a signal aborts, with one listener for each signal: many calls may share one that lives long.

export interface Abortable {
  /** Its signal has aborted. */
  abort(reason: unknown): void;
}

interface Watched {
  readonly calls: Set<Abortable>;
  readonly onAbort: () => void;
}

export class AbortWatch {
  readonly #watched = new Map<AbortSignal, Watched>();

  add(signal: AbortSignal, call: Abortable): void {
    const watched = this.#watched.get(signal) ?? this.#watch(signal);
    watched.calls.add(call);
  }

  remove(signal: AbortSignal, call: Abortable): void {
    const watched = this.#watched.get(signal);
    if (watched === undefined || !watched.calls.delete(call) || watched.calls.size > 0) return;
    signal.removeEventListener("abort", watched.onAbort);
    this.#watched.delete(signal);
  }

  #watch(signal: AbortSignal): Watched {
    const calls = new Set<Abortable>();
    const onAbort = (): void => {
      for (const call of calls) call.abort(signal.reason);
    };
    signal.addEventListener("abort", onAbort);
    const watched = { calls, onAbort };
    this.#watched.set(signal, watched);
    return watched;
  }
}
