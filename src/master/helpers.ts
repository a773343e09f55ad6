// What the programs of nodes have started and left behind: it is told to end when its node has ended.
import { Deferred } from "../promises.js";
import { ProcessGroup } from "./process-group.js";

/** Milliseconds between two looks at what is left. */
const LOOK_MS = 100;

export interface HelpersOptions {
  /** Milliseconds from SIGTERM to SIGKILL; 0: they are left alone, as where nodes have no group of their own. */
  timeout: number;
  log: (line: string) => void;
  now: () => number;
}

interface Left {
  group: ProcessGroup;
  deadline: number;
  done: () => void;
}

export class Helpers {
  readonly #options: HelpersOptions;
  readonly #left = new Set<Left>();
  #ended: Deferred<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HelpersOptions) {
    this.#options = options;
  }

  /**
   * The node of this process id has been seen to end in this turn: whatever is left of its group is to end too.
   * @param done called when nothing is left of it
   */
  end(pid: number, done: () => void): void {
    const { timeout, now } = this.#options;
    if (timeout === 0) return done();
    const group = new ProcessGroup(pid);
    if (!group.isThere()) return done();
    group.signal("SIGTERM");
    this.#left.add({ group, deadline: now() + timeout, done });
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
  }

  /** Resolves when nothing is left. */
  ended(): Promise<void> {
    if (this.#left.size === 0) return Promise.resolve();
    this.#ended ??= new Deferred();
    return this.#ended.promise;
  }

  /** Ends what is left at once. */
  kill(): void {
    for (const { group } of this.#left) group.signal("SIGKILL");
  }

  #look(): void {
    for (const left of this.#left) {
      if (!left.group.isThere()) this.#forget(left);
      else if (this.#options.now() >= left.deadline) this.#kill(left);
    }
    if (this.#left.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#ended?.resolve();
    this.#ended = undefined;
  }

  #kill(left: Left): void {
    this.#options.log(`helper processes of a node with the pid ${left.group.id} have not ended on SIGTERM: killed`);
    left.group.signal("SIGKILL");
    this.#forget(left);
  }

  #forget(left: Left): void {
    this.#left.delete(left);
    left.done();
  }
}
