// Pure: what the master tells about its service.
import type { Status } from "../role.js";
import type { Fleet } from "./fleet.js";

/** What does not change in the life of a master. */
export type About = Pick<Status, "name" | "script" | "cwd" | "pid" | "since">;

/** What changes, apart from the nodes. */
export type Changing = Pick<Status, "wanted" | "reloading" | "accepted" | "addresses">;

export function statusOf(fleet: Fleet, about: About, changing: Changing): Status {
  return { ...about, ...changing, nodes: nodesOf(fleet) };
}

function nodesOf(fleet: Fleet): Status["nodes"] {
  return fleet.all().map(({ id, pid, place, state, startedAt, beat }) => {
    const { restarts, lastExit } = fleet.place(place);
    return { id, pid, place, state, since: startedAt, restarts, lastExit, vitals: beat };
  });
}
