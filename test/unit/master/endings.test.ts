// How the ends of nodes read: in the log, and in the errors that somebody has to act on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { StartError } from "#src/errors.js";
import {
  describeEnd,
  exitOf,
  lastNodeEnded,
  nameOf,
  reloadAbandoned,
  reloadFailed,
  resizeFailed,
  startFailed,
  stillEnding,
  tooManyDeaths,
} from "#src/master/endings.js";
import type { NodeExit, Status } from "#src/role.js";
import { beatOf } from "../../helpers/beat.js";
import { addNode, exitWith, fleetOf } from "../../helpers/fleet-of.js";

const WHY = { lastError: "Error: no database" };
const SIGKILL = { code: null, signal: "SIGKILL" } as const;

const ENDS: [exit: Partial<NodeExit>, text: string][] = [
  [{}, "ended with code 1"],
  [{ code: 0 }, "ended with code 0"],
  [WHY, "ended with code 1 (Error: no database)"],
  [{ code: null, signal: "SIGSEGV" }, "was ended by SIGSEGV"],
  [{ code: null, signal: "SIGSEGV", ...WHY }, "was ended by SIGSEGV (Error: no database)"],
  [{ code: null, lastError: "spawn EAGAIN" }, "could not be started (spawn EAGAIN)"],
  [{ code: null }, "could not be started"],
  [{ ...SIGKILL, reason: "hung" }, "hung and was killed"],
  [{ ...SIGKILL, reason: "hung", lastError: "at loop (a.js:1:2)" }, "hung and was killed (at loop (a.js:1:2))"],
  [
    {
      ...SIGKILL,
      reason: "hung",
      lastError: "at a (a.js:1:2)\n    at b (b.js:3:4)\n    at c (c.js:5:6)\n    at d (d.js:7:8)",
    },
    "hung and was killed (at a (a.js:1:2) < at b (b.js:3:4) < at c (c.js:5:6))",
  ],
  [{ ...SIGKILL, reason: "not-ready" }, "did not serve within readyTimeout and was killed"],
  [{ ...SIGKILL, reason: "drained" }, "was ended by SIGKILL"],
];

for (const [exit, text] of ENDS) {
  test(text, () => assert.equal(describeEnd(exitWith(exit)), text));
}

test("a node is named with its process, where it has one", () => {
  assert.equal(nameOf({ id: "node-7", pid: 12 }), "node-7 (pid 12)");
  assert.equal(nameOf({ id: "node-7", pid: undefined }), "node-7 (pid none)");
});

test("what is told of an end: for how long it lived, and its own last words before those that it wrote", () => {
  const fleet = fleetOf();
  const node = addNode(fleet, "serving", {}, 1_000);
  const how = { code: 3, signal: null, lastError: "Error: written" };
  const told = { id: "node-1", code: 3, signal: null, uptime: 500, reason: "died" };
  assert.deepEqual(exitOf(node, how, 1_500), { ...told, pid: 0, lastError: "Error: written" });
  node.pid = 77;
  node.lastError = "Error: said";
  assert.deepEqual(exitOf(node, how, 1_500), { ...told, pid: 77, lastError: "Error: said" });
});

const BROKEN = exitWith({ code: 7, ...WHY });
const LATE = exitWith({ ...SIGKILL, reason: "not-ready" });
const ERRORS: [error: StartError, code: string, message: string][] = [
  [
    startFailed("/srv/a.js", BROKEN, 5),
    "MN_ERR_START_FAILED",
    "no node of /srv/a.js serves: 5 starts in a row failed, " +
      "the last one ended with code 7 (Error: no database) before it served",
  ],
  [
    startFailed("/srv/a.js", LATE, 5),
    "MN_ERR_START_FAILED",
    "no node of /srv/a.js serves: 5 starts in a row failed, " +
      "the last one did not serve within readyTimeout and was killed",
  ],
  [
    resizeFailed("/srv/a.js", BROKEN),
    "MN_ERR_START_FAILED",
    "fewer nodes of /srv/a.js serve than are wanted: node-7 ended with code 7 (Error: no database)",
  ],
  [
    lastNodeEnded("/srv/a.js", BROKEN),
    "MN_ERR_LAST_NODE",
    "the last node of /srv/a.js ended with code 7 (Error: no database), and restartChildren is false",
  ],
  [
    tooManyDeaths("/srv/a.js", BROKEN, 4, 60_000),
    "MN_ERR_RESTART_INTENSITY",
    "nodes of /srv/a.js died 4 times within 60 s, the last one ended with code 7 (Error: no database)",
  ],
  [
    reloadFailed(BROKEN, { servingSince: undefined }),
    "MN_ERR_RELOAD_FAILED",
    "the reload was given up, the old nodes go on: the new node-7 ended with code 7 (Error: no database) before it served",
  ],
  [
    reloadFailed(BROKEN, { servingSince: 5 }),
    "MN_ERR_RELOAD_FAILED",
    "the reload was given up, the old nodes go on: the new node-7 ended with code 7 (Error: no database) just after it had begun to serve",
  ],
  [
    reloadFailed(LATE, { servingSince: undefined }),
    "MN_ERR_RELOAD_FAILED",
    "the reload was given up, the old nodes go on: the new node-7 did not serve within readyTimeout and was killed",
  ],
  [reloadAbandoned(), "MN_ERR_RELOAD_FAILED", "the reload was given up: the service ends"],
];

for (const [error, code, message] of ERRORS) {
  test(`${code}: ${message}`, () => {
    assert.ok(error instanceof StartError);
    assert.deepEqual([error.code, error.message], [code, message]);
  });
}

test("what a node wrote of its end steers no terminal", () => {
  const lastError = "Error: \u001b[2Jno \u202edatabase\u0007";
  for (const reason of ["died", "hung"] as const) {
    assert.match(describeEnd(exitWith({ reason, lastError })), / \(Error: no database\)$/);
  }
});

test("whoever waits for the end is told for whom", () => {
  const nodes = [1, 2].map((place) => ({ id: `node-${place}`, vitals: beatOf({ connections: place }) }));
  const [first] = nodes as Status["nodes"];
  assert.ok(first);
  assert.equal(stillEnding([first]), "still ending: node-1 has 1 open connection; a second signal ends all at once");
  assert.equal(
    stillEnding(nodes as Status["nodes"]),
    "still ending: node-1, node-2 have 3 open connections; a second signal ends all at once",
  );
  const silent = { ...first, vitals: undefined };
  assert.match(stillEnding([silent]), /: node-1 has 0 open connections;/);
});
