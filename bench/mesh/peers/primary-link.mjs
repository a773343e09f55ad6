// A cluster worker's way out: process.send() says when too much waits, and calls back for each message handed on.

export class PrimaryLink {
  #unsent = 0;
  #wake;
  #onSent = () => {
    this.#unsent -= 1;
    if (this.#unsent === 0) this.#wake?.();
  };

  send(message) {
    this.#unsent += 1;
    if (process.send(message, this.#onSent)) return undefined;
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
