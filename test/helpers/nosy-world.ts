// A world whose user meddles: asks for more, or ends all, in the very listeners that tell what happens.
import type { NodeExit, ReloadEvent } from "#src/role.js";
import type { Asked } from "./asked.js";
import { FakeWorld } from "./fake-world.js";

/** What the user does in listeners. */
export interface Habits {
  /** How many reloads are asked for as soon as one is over. */
  reloadsAgain: number;
  /** Whether the number of nodes is changed when a reload starts or is over. */
  resizesOnReload: boolean;
  /** At which exit the service is stopped; `undefined`: at none. */
  stopsAtExit: number | undefined;
}

export class NosyWorld extends FakeWorld {
  readonly asked: Asked[] = [];
  habits: Habits | undefined;

  override onReload(event: ReloadEvent): void {
    super.onReload(event);
    if (this.habits?.resizesOnReload) this.asked.push(this.order({ type: "resize", nodes: 2 }));
    if (event.state === "started" || this.habits === undefined || this.habits.reloadsAgain === 0) return;
    this.habits.reloadsAgain -= 1;
    this.asked.push(this.order({ type: "reload" }));
  }

  override onExit(exit: NodeExit): void {
    super.onExit(exit);
    if (this.exits.length === this.habits?.stopsAtExit) this.stop();
  }
}
