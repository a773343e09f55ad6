// What is said once when nodes that accept for themselves have had very different numbers of connections for long.
import type { World } from "./supervisor-world.js";

/** Where the master hands connections over, the user has chosen how they spread. */
export function hintAtBalance(world: Pick<World, "accepted" | "log">): void {
  if (world.accepted() !== undefined) return;
  world.log(
    "some nodes have had more than twice as many connections as others for a minute: for connections that stay open " +
      'long, such as WebSockets, the option balance: "least-connections" spreads them evenly',
  );
}
