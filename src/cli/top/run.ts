// `top`, put together: news and keys go into its state, and what follows from that to the screen and the service.
import { type Found, find } from "../../control/discovery.js";
import { paint } from "../output.js";
import { topScreen } from "../views/top-view.js";
import { give, kill, type Reach } from "./act.js";
import { Follower } from "./follow.js";
import { firstState, type TopEffect, type TopEvent, type TopState } from "./state.js";
import { step } from "./step.js";
import { Terminal } from "./terminal.js";
import { Watch } from "./watch.js";

export interface TopOptions {
  service?: string;
  /** Milliseconds that the master may say nothing. */
  timeout: number;
  /** Milliseconds between two looks at the service. */
  interval: number;
}

/** Milliseconds after which an answer is missed, beyond the time until the next question. */
const PATIENCE = 2_000;
/** Milliseconds between two drawings: what counts seconds goes on while nothing is heard. */
const TICK = 1_000;

/** Resolves when the user quits. @throws ControlError MN_ERR_NO_SERVICE where there is none to begin with */
export async function runTop(options: TopOptions): Promise<void> {
  const found = await find(options.service);
  await new Top(found, options).run();
}

class Top {
  readonly #watch: Watch;
  readonly #reach: Reach;
  readonly #follower: Follower;
  readonly #terminal: Terminal;
  readonly #paint = paint();
  readonly #patience: number;
  #state: TopState = firstState;

  constructor(found: Found, { timeout, interval }: TopOptions) {
    this.#patience = interval + PATIENCE;
    this.#watch = new Watch(found, {
      timeout,
      interval,
      onStatus: (status) => this.#hear({ type: "status", status, now: Date.now() }),
      onLost: (reason) => this.#hear({ type: "lost", reason, now: Date.now() }),
    });
    this.#reach = { found: () => this.#watch.found, timeout, tell: (event) => this.#hear(event) };
    this.#follower = new Follower(this.#reach);
    this.#terminal = new Terminal(
      { input: process.stdin, output: process.stdout },
      {
        onKey: (key) => this.#hear({ type: "key", key }),
        onResize: () => this.#draw(),
        onGone: () => this.#quit(),
      },
    );
  }

  async run(): Promise<void> {
    this.#terminal.open();
    const tick = setInterval(() => this.#draw(), TICK);
    try {
      await this.#watch.run();
    } finally {
      clearInterval(tick);
      this.#follower.stop();
      this.#terminal.close();
    }
  }

  #hear(event: TopEvent): void {
    const { state, effects } = step(this.#state, event);
    this.#state = state;
    this.#draw();
    if (event.type === "status") this.#follower.resume();
    for (const effect of effects) this.#carryOut(effect);
  }

  #draw(): void {
    const options = { ...this.#terminal.size, now: Date.now(), patience: this.#patience, paint: this.#paint };
    this.#terminal.screen.draw(topScreen(this.#state, options));
  }

  #carryOut(effect: TopEffect): void {
    switch (effect.type) {
      case "quit":
        return this.#quit();
      case "suspend":
        return this.#terminal.suspend();
      case "order":
        return void give(effect.order, this.#reach);
      case "kill":
        return kill(effect, this.#reach.tell);
      case "follow":
        return this.#follower.start();
      case "unfollow":
        return this.#follower.stop();
    }
  }

  #quit(): void {
    this.#watch.close();
  }
}
