// Numbers requests and keeps who waits for their answers.

export class PendingCalls {
  #waiting = new Map();
  #last = 0;

  /** `send(id)` sends the request; the promise resolves with what `settle` gets for this id. */
  add(send) {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      send(id);
    });
  }

  settle(id, value) {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve(value);
  }
}
