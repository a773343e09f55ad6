// What `status` shows.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Status } from "multi-node";
import { paintLine } from "#src/cli/views/line.js";
import { inColour, plain } from "#src/tones.js";
import { statusLines } from "#src/cli/views/status-view.js";
import { widthOf } from "#src/cli/views/text.js";
import { stripVTControlCharacters } from "node:util";
import { anyStatus, exitOf, nodeOf, NOW, statusOf } from "../../../helpers/status-of.js";

test("the service, and a row of figures for each node", () => {
  assert.deepEqual(shown(statusOf(), 160), [
    "api (pid 100), up 2 h 5 min",
    "  program   /srv/api/server.js",
    "  folder    /srv/api",
    "  listens   [::]:8000",
    "  nodes     2 of 2 serve",
    "",
    "NODE    SLOT  PID  STATE        UPTIME  RESTARTS  LAST END  CONN  REQ/S     P50    P99    LOOP  DELAY   CPU    MEMORY",
    "node-1    #0  101  serving  3 min 20 s         0  -           12   1200  0.4 ms  12 ms  98.4 %   0 ms  50 %  47.7 MiB",
    "node-2    #1  102  serving  3 min 20 s         0  -           12   1200  0.4 ms  12 ms  98.4 %   0 ms  50 %  47.7 MiB",
  ]);
});

test("a UDP port is told as such", () => {
  const addresses: Status["addresses"] = [
    { address: "0.0.0.0", family: "IPv4", port: 53 },
    { address: "0.0.0.0", family: "IPv4", port: 53, transport: "udp" },
  ];
  assert.equal(shown({ ...statusOf(), addresses }, 160)[3], "  listens   0.0.0.0:53, 0.0.0.0:53/udp");
});

test("a node that has told nothing yet, and why those before it died", () => {
  const hung = exitOf({
    id: "node-2",
    signal: "SIGKILL",
    reason: "hung",
    lastError: ["at spin (a.js:1)", "at serve (a.js:9)", "at c (b.js:1)", "at d (c.js:1)"].join("\n  "),
  });
  const nodes = [
    nodeOf(0, {
      state: "spawning",
      pid: undefined,
      vitals: undefined,
      restarts: 3,
      lastExit: exitOf({ lastError: "Error: no database" }),
    }),
    nodeOf(1, { restarts: 1, lastExit: hung }),
  ];
  const lines = shown(statusOf({ nodes, reloading: true }), 160);
  assert.equal(lines[4], "  nodes     1 of 2 serve, reloading");
  assert.match(lines[7] ?? "", /^node-1 +#0 +- +spawning +3 min 20 s +3 +code 1( +-){8}$/);
  assert.deepEqual(lines.slice(9), [
    "",
    "node-1: node-0 before it: code 1 after 2 s, Error: no database",
    "node-2: node-2 before it: hung after 2 s, at spin (a.js:1) < at serve (a.js:9) < at c (b.js:1)",
  ]);
});

test("what the master has accepted, where it does", () => {
  const accepted = { waiting: 3, held: { "node-1": 60, "node-2": 58 }, malformed: 2 };
  const text = "  accepted  3 waiting, 118 held (node-1 60, node-2 58), 2 closed for a malformed PROXY header";
  assert.equal(shown(statusOf({ accepted }), 160)[4], text);
});

test("on a narrow terminal nothing is lost: long text goes on below, and so do columns", () => {
  const script = "/srv/some/where/very/deep/below/in/a/folder/server.js";
  const lines = shown(statusOf({ script }), 60);
  assert.deepEqual(lines.slice(1, 3), [
    "  program   /srv/some/where/very/deep/below/in/a/folder/serv",
    "            er.js",
  ]);
  assert.equal(lines.filter((line) => line.startsWith("NODE")).length, 3);
  assert.match(lines.join("\n"), /MEMORY/);
});

test("without a node there is no table", () => {
  assert.equal(shown(statusOf({ nodes: [] }), 80).at(-1), "no node is there");
});

test("property: whatever is told, no line is wider than the terminal, and colours change no text", () => {
  fc.assert(
    fc.property(anyStatus, fc.integer({ min: 1, max: 200 }), (status, width) => {
      const lines = statusLines(status, { now: NOW, width });
      for (const line of lines) {
        const text = paintLine(line, width, plain);
        assert.ok(widthOf(text) <= width, text);
        assert.equal(stripVTControlCharacters(paintLine(line, width, inColour)), text);
      }
    }),
  );
});

function shown(status: Status, width: number): string[] {
  return statusLines(status, { now: NOW, width }).map((line) => paintLine(line, width, plain).trimEnd());
}
