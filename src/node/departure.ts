// How a node ends: told to, by a signal, or as its master is gone; the way of a program's own, if it has one.
import { pause } from "../promises.js";
import type { IdleLimit } from "../protocol.js";
import type { Outlet } from "../role.js";
import type { Service } from "../serve/service.js";
import { removeAbandonedFile } from "../serve/socket-file.js";
import type { NodeSockets } from "./node-sockets.js";
import { written } from "./output.js";
import { UnseenSignals, type Verdict } from "./unseen-signals.js";

export interface DepartureOptions {
  /** Whether the program may know nothing of this package: then its own listener for `killSignal` has the last word. */
  programs: "own" | "hosted";
  /** By which a hosted program is told to end. */
  killSignal: NodeJS.Signals;
  /** Milliseconds, where nobody says how many. */
  drainTimeout: number;
  service: Pick<Service, "end">;
  sockets: Pick<NodeSockets, "all">;
  outlet: Pick<Outlet, "drain" | "flush">;
  /** Tells the master that this node ends of its own accord. */
  announce: () => void;
  log: (line: string) => void;
}

export class Departure {
  readonly #options: DepartureOptions;
  #masterIs: "there" | "gone" = "there";
  #state: "ahead" | "begun" = "ahead";
  /** In a hosted program: what hears its signals before it does. */
  #unseen: UnseenSignals | undefined;
  /** Who decides now how the process ends. */
  #turn: "ours" | "program's" = "ours";

  constructor(options: DepartureOptions) {
    this.#options = options;
  }

  get hasBegun(): boolean {
    return this.#state === "begun";
  }

  /** What a terminal sends reaches every process: the master alone decides. SIGTERM to one node ends just that one. */
  watchSignals(): void {
    const { programs, killSignal } = this.#options;
    if (programs === "hosted") {
      const signals = [...new Set<NodeJS.Signals>(["SIGTERM", killSignal])];
      this.#unseen = new UnseenSignals(signals, (signal) => this.#onHostedSignal(signal));
      return;
    }
    for (const name of ["SIGINT", "SIGQUIT", "SIGHUP"]) process.on(name, () => {});
    process.on("SIGTERM", () => this.#onSignal());
  }

  #onSignal(): void {
    this.#options.announce();
    void this.begin(this.#options.drainTimeout, null);
  }

  /** A program that listens for the signal gets it as it came, and ends as it knows best. */
  #onHostedSignal(signal: NodeJS.Signals): Verdict {
    if (process.listenerCount(signal) === 0) {
      this.#onSignal();
      return "swallow";
    }
    this.#state = "begun";
    this.#options.announce();
    this.#leaveToProgram();
    return "pass";
  }

  onMasterLost(): void {
    this.#masterIs = "gone";
    void this.begin(this.#options.drainTimeout, null);
  }

  /** Ends this process in order, once, within so many milliseconds. */
  async begin(timeout: number, idle: IdleLimit): Promise<void> {
    if (this.#state === "begun") return;
    this.#state = "begun";
    if (this.#endsItself()) return this.#letEnd(timeout, idle);
    keepAlive(timeout);
    const { service, outlet, log } = this.#options;
    await service.end({ timeout, idle, log }, (drain) => outlet.drain(drain));
    await outlet.flush();
    await this.#tidyUp();
    if (this.#masterIs === "there") await written();
    process.exit();
  }

  /** Whether the program listens for the signal by which it is told to end: then it is left to end as it knows best. */
  #endsItself(): boolean {
    return this.#unseen !== undefined && process.listenerCount(this.#options.killSignal) > 0;
  }

  /** First the connections, so that nothing is lost whatever the program does; then its signal. The master ends it if it does not. */
  async #letEnd(timeout: number, idle: IdleLimit): Promise<void> {
    const { service, outlet, killSignal, log } = this.#options;
    const alive = keepAlive(timeout);
    const ended = service.end({ timeout, idle, servers: "leave", log }, (drain) => outlet.drain(drain));
    await Promise.race([ended, pause(timeout / 2)]);
    await outlet.flush();
    await this.#tidyUp();
    // An error that a listener throws is the program's uncaught exception, and no promise's.
    setImmediate(() => {
      clearInterval(alive);
      if (this.#leaveToProgram() === "left") this.#unseen?.raise(killSignal);
    });
  }

  /** The program's turn: nothing of this package hears its signals any more. */
  #leaveToProgram(): "left" | "left before" {
    if (this.#turn === "program's") return "left before";
    this.#turn = "program's";
    this.#unseen?.release();
    return "left";
  }

  /** What the master would do at its end. */
  async #tidyUp(): Promise<void> {
    if (this.#masterIs === "gone") await Promise.all(this.#options.sockets.all.map(removeAbandonedFile));
  }
}

/** A hosted program may have nothing left that does, and still something to end. */
function keepAlive(ms: number): NodeJS.Timeout {
  return setInterval(() => {}, ms);
}
