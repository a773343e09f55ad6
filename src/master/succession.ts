// One master after another: takes over from the one before, and hands over to the next.
import { pause } from "../promises.js";
import type { ServiceOptions } from "../options.js";
import type { Replaced } from "../role.js";
import { handover } from "./inherited.js";
import { NodeNumbers } from "./node-numbers.js";
import type { Program } from "./program.js";
import { askPredecessor, type Estate, startSuccessor, type Successor, tellPredecessor } from "./upgrade.js";

/** Milliseconds that listeners of "replaced" have to end what must run in one master only. */
const RELEASE_MS = 5_000;
/** Milliseconds for which a new master waits for that; after that, the old one hangs. */
const TAKE_OVER_MS: number = RELEASE_MS + 1_000;

export class Succession {
  readonly numbers: NodeNumbers = new NodeNumbers(handover?.lastNode, (number) => this.#onUse(number));
  #state: "waiting" | "in charge" = handover === undefined ? "in charge" : "waiting";

  /** Tells the old master that all nodes of this one serve. Resolves when the old one is no longer in charge. */
  async takeOver(): Promise<void> {
    if (this.#state === "in charge") return;
    const lastNode = await askPredecessor({ type: "serving" }, TAKE_OVER_MS);
    this.numbers.skip(lastNode ?? 0);
    this.#state = "in charge";
  }

  /** Should this master fail, the old one must not use the number again. */
  #onUse(lastNode: number): void {
    if (this.#state === "waiting") tellPredecessor({ type: "numbered", lastNode });
  }

  /**
   * Starts a new master. Resolves when its nodes serve.
   * @throws StartError MN_ERR_UPGRADE_FAILED: nothing has changed, and nothing is left of it
   */
  async start(
    program: Program,
    estate: Omit<Estate, "lastNode">,
    options: ServiceOptions,
    signal: AbortSignal,
  ): Promise<Successor> {
    const lastNode = this.numbers.leave();
    let used = lastNode;
    try {
      return await startSuccessor(program, { ...estate, lastNode }, options, signal, (number) => {
        used = number;
      });
    } catch (error) {
      this.numbers.takeBack(used);
      throw error;
    }
  }

  /** Puts the new master in charge, once this one's program has ended what must run in one master only. */
  async release(successor: Successor, tell: (replaced: Replaced) => Promise<void>): Promise<void> {
    await Promise.race([tell({ pid: successor.pid }), pause(RELEASE_MS)]);
    successor.putInCharge(this.numbers.behind);
  }
}
