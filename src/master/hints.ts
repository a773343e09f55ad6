// What the master says once, when what it sees of its nodes may be a mistake of their program or of its settings.
import { durationText } from "../duration.js";
import type { SupervisorOptions, World } from "./supervisor-world.js";

/** Milliseconds after which most programs listen. */
export const LATE_MS = 3_000;

/** Each is called once at most. */
export interface Hints {
  /** Nodes that accept for themselves have had very different numbers of connections for long. */
  onUneven(): void;
  /** A node of an unmodified program has run for a while and does not serve. */
  onLate(): void;
}

type Told = Pick<World, "accepted" | "log">;
type Known = Pick<SupervisorOptions, "firstStart" | "readyTimeout" | "waitReady">;

export function hintsFor(world: Told, options: Known): Hints {
  return { onUneven: () => hintAtBalance(world), onLate: () => hintAtStart(world, options) };
}

/** Where the master hands connections over, the user has chosen how they spread. */
function hintAtBalance(world: Told): void {
  if (world.accepted() !== undefined) return;
  world.log(
    "some nodes have had more than twice as many connections as others for a minute: for connections that stay open " +
      'long, such as WebSockets, the option balance: "least-connections" spreads them evenly',
  );
}

/** A program that calls listen() of this package waits for what it knows of itself. */
function hintAtStart(world: Told, { firstStart, readyTimeout, waitReady }: Known): void {
  if (firstStart === "unwatched") return;
  const what = waitReady ? 'said process.send("ready")' : "called listen()";
  world.log(
    `the program has not ${what} after ${durationText(LATE_MS)}; readyTimeout is ${durationText(readyTimeout)}, and a ` +
      "node that does not serve by then is killed",
  );
}
