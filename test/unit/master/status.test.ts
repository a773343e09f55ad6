// What the master tells of its nodes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { statusOf } from "#src/master/status.js";
import { addNode, exitWith, fleetOf } from "../../helpers/fleet-of.js";
import { beatOf } from "../../helpers/beat.js";

const ABOUT = { name: "shop", script: "/srv/shop.js", cwd: "/srv", pid: 1, since: 5 };
const CALM = { wanted: 2, reloading: false, accepted: undefined, addresses: ["/run/shop"] };

test("a service without nodes", () => {
  assert.deepEqual(statusOf(fleetOf(), ABOUT, { ...CALM, reloading: true }), {
    ...ABOUT,
    ...CALM,
    reloading: true,
    nodes: [],
  });
});

test("each process of it, with what its place has been through and what it told last", () => {
  const fleet = fleetOf();
  const dead = addNode(fleet, "serving", { place: 1 });
  const exit = exitWith({ id: dead.id, reason: "hung" });
  fleet.move(dead, "exit", 50);
  fleet.noteExit(dead, exit, 50, 1_000);
  const node = addNode(fleet, "draining", { place: 1 }, 60);
  node.pid = 77;
  node.beat = beatOf({ rss: 1, served: 2, connections: 3, utilization: 0.4 });
  addNode(fleet, "spawning", { place: 0 }, 70);
  assert.deepEqual(statusOf(fleet, ABOUT, CALM).nodes, [
    {
      id: "node-2",
      pid: 77,
      place: 1,
      state: "draining",
      since: 60,
      restarts: 1,
      lastExit: exit,
      vitals: node.beat,
    },
    {
      id: "node-3",
      pid: undefined,
      place: 0,
      state: "spawning",
      since: 70,
      restarts: 0,
      lastExit: undefined,
      vitals: undefined,
    },
  ]);
});

test("it can be sent to another process", () => {
  const fleet = fleetOf("serving", "hung");
  const { nodes } = statusOf(fleet, ABOUT, CALM);
  assert.deepEqual(
    (JSON.parse(JSON.stringify(nodes)) as typeof nodes).map(({ id, state }) => [id, state]),
    [
      ["node-1", "serving"],
      ["node-2", "hung"],
    ],
  );
});
