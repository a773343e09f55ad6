// Pure: what the master tells about its nodes.
import type { Status } from "../role.js";
import type { Fleet } from "./fleet.js";

export function statusOf(
  fleet: Fleet,
  { pid, since }: Pick<Status, "pid" | "since">,
  wanted: number,
  { isReloading: reloading }: { isReloading: boolean },
  accepted?: Status["accepted"],
): Status {
  return { pid, since, wanted, reloading, accepted, nodes: nodesOf(fleet) };
}

function nodesOf(fleet: Fleet): Status["nodes"] {
  return fleet.all().map(({ id, pid, place, state, startedAt, beat }) => {
    const { restarts, lastExit } = fleet.place(place);
    return { id, pid, place, state, since: startedAt, restarts, lastExit, vitals: beat };
  });
}
