// Pure: the numbers of nodes' ids, each used once in the life of a service, whichever of its masters starts the node.

/** Numbers that a successor may use before it is in charge: far more than it can start nodes in that time. */
const LEFT_TO_SUCCESSOR = 10_000;

export class NodeNumbers {
  #last: number;
  /** The last number before those that are left to a successor. */
  #before = 0;

  readonly #onUse: (number: number) => void;

  /**
   * @param last the number that was used last, by an earlier master
   * @param onUse told of each number that is used
   */
  constructor(last = 0, onUse: (number: number) => void = () => {}) {
    this.#last = last;
    this.#onUse = onUse;
  }

  next(): number {
    this.#last += 1;
    this.#onUse(this.#last);
    return this.#last;
  }

  /** Numbers up to this one are used. */
  skip(last: number): void {
    this.#last = Math.max(this.#last, last);
  }

  /** Leaves the next numbers to a successor, and returns the last one before them. */
  leave(): number {
    this.#before = this.#last;
    this.#last += LEFT_TO_SUCCESSOR;
    return this.#before;
  }

  /** The successor has failed, after it had used numbers up to `used`. */
  takeBack(used: number): void {
    if (this.behind === undefined) this.#last = Math.max(this.#before, used);
  }

  /** The last number that was used behind those that were left to a successor. */
  get behind(): number | undefined {
    return this.#last > this.#before + LEFT_TO_SUCCESSOR ? this.#last : undefined;
  }
}
