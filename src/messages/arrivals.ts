// Pure: which other processes are expected to join.

export class Arrivals {
  readonly #expected = new Set<string>();
  /** "joining": this process has not joined those that are there, so that it does not know of all yet. */
  #state: "joining" | "joined" | "ended" = "joining";

  /** These were started and have not joined yet. */
  expect(ids: readonly string[]): void {
    if (this.#state === "ended") return;
    for (const id of ids) this.#expected.add(id);
  }

  /** It has joined, or never will. */
  settle(id: string): void {
    this.#expected.delete(id);
  }

  /** This process has joined those that are there. */
  join(): void {
    if (this.#state === "joining") this.#state = "joined";
  }

  /** No process joins any more. */
  end(): void {
    this.#state = "ended";
    this.#expected.clear();
  }

  get isJoining(): boolean {
    return this.#state === "joining";
  }

  /** Whether the process of this id may still join; without an id, whether any may. */
  expects(id?: string): boolean {
    if (this.isJoining) return true;
    return id === undefined ? this.#expected.size > 0 : this.#expected.has(id);
  }
}
