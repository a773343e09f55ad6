// Pure: who has joined the mesh, in the order in which the master saw it. Each newcomer dials all who were there.

/** The order makes one connection for each pair: of two processes, the one that joined later dials the other. */
export class Roster {
  readonly #members = new Set<string>();
  /** Processes that were started and have not joined yet. */
  readonly #starting = new Set<string>();

  get starting(): string[] {
    return [...this.#starting];
  }

  /** A process was started, which is going to join or to end. Returns the members, which are to know. */
  start(id: string): string[] {
    this.#starting.add(id);
    return [...this.#members];
  }

  /** Adds a process and returns those that it is to dial: none where it is a member already. */
  join(id: string): string[] {
    this.#starting.delete(id);
    if (this.#members.has(id)) return [];
    const before = [...this.#members];
    this.#members.add(id);
    return before;
  }

  /** Removes a process, whether it had joined or was still starting, and returns those that are to know. */
  leave(id: string): string[] {
    const known = this.#members.delete(id) || this.#starting.delete(id);
    return known ? [...this.#members] : [];
  }
}
