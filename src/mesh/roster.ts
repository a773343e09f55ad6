// Pure: who has joined the mesh, in the order in which the master saw it. Each newcomer dials all who were there.

/** The order makes one connection for each pair: of two processes, the one that joined later dials the other. */
export class Roster {
  readonly #members = new Set<string>();

  /** Adds a process and returns those that it is to dial: none where it is a member already. */
  join(id: string): string[] {
    if (this.#members.has(id)) return [];
    const before = [...this.#members];
    this.#members.add(id);
    return before;
  }

  /** Removes a process and returns those that are to know. */
  leave(id: string): string[] {
    return this.#members.delete(id) ? [...this.#members] : [];
  }
}
