// Keeps the process alive while something in it wants that.

/** Node's timers take no longer time: it hardly ever runs out. */
const LONG = 2 ** 31 - 1;

export class Hold {
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  add(): void {
    this.#count += 1;
    this.#timer ??= setInterval(() => {}, LONG);
  }

  remove(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
