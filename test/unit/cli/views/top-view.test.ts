// The screen of `top`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import type { Status } from "multi-node";
import { firstState, type TopEvent, type TopState } from "#src/cli/top/state.js";
import { step } from "#src/cli/top/step.js";
import { inColour, plain } from "#src/tones.js";
import { widthOf } from "#src/cli/views/text.js";
import { topScreen } from "#src/cli/views/top-view.js";
import { logLineOf } from "../../../helpers/log-line.js";
import { anyStatus, nodeOf, NOW, statusOf } from "../../../helpers/status-of.js";

const KEYS = "↑↓ choose  r reload  + - scale  d drain  K kill  l log  ? help  q quit";
const live = after(told(statusOf()), told(statusOf()));

test("the service, what all do together, a row for each node, and the keys", () => {
  assert.deepEqual(shown(live, 90, 11), [
    "api (pid 100), up 2 h 5 min",
    "2 of 2 serve at [::]:8000",
    "requests/s   2400        ██  CPU  100 %        ▅▅  memory 95.4 MiB  connections     24",
    "",
    "  NODE         PID  STATE          UPTIME   REQ/S           CPU          MEMORY      P99",
    "> node-1       101  serving    3 min 20 s    1200    ██    50 %    ▅▅  47.7 MiB    12 ms",
    "  node-2       102  serving    3 min 20 s    1200    ██    50 %    ▅▅  47.7 MiB    12 ms",
    "",
    "",
    "",
    KEYS,
  ]);
});

test("a wide terminal shows all columns", () => {
  const titles = shown(live, 220, 10)[4] ?? "";
  for (const title of ["REQ/S", "CPU", "MEMORY", "P99", "CONN", "P50", "LOOP", "DELAY", "RESTARTS", "LAST END"]) {
    assert.ok(titles.includes(title), title);
  }
});

test("of more nodes than there is space for, the page of the chosen one is shown", () => {
  const nodes = Array.from({ length: 10 }, (_, place) => nodeOf(place));
  const many = after(told(statusOf({ nodes })));
  const first = shown(many, 90, 11).slice(5, 9);
  assert.deepEqual(
    first.map((line) => line.slice(0, 9).trimEnd()),
    ["> node-1", "  node-2", "  node-3", "  … 7 mor"],
  );
  const last = shown(step(many, { type: "key", key: "end" }).state, 90, 11).slice(5, 9);
  assert.deepEqual(
    last.map((line) => line.slice(0, 9).trimEnd()),
    ["  node-8", "  node-9", "> node-10", "  … 7 mor"],
  );
});

test("a service that does not answer is shown as it was, with how long ago and why", () => {
  const before = after(told(statusOf(), NOW - 12_000));
  assert.equal(shown(before, 90, 10)[1], "no answer for 12 s, what is shown is old");
  const silent = step(before, { type: "lost", now: NOW, reason: "the master is stopped" }).state;
  assert.equal(shown(silent, 90, 10)[1], "no answer for 12 s, what is shown is old: the master is stopped");
  assert.match(shown(silent, 90, 10)[5] ?? "", /^> node-1/);
});

test("before anything is known", () => {
  assert.equal(shown(firstState, 80, 6)[1], "looks for the service …");
  const absent = step(firstState, { type: "lost", now: NOW, reason: "no service runs" }).state;
  assert.equal(shown(absent, 80, 6)[1], "no service runs");
  const wild = step(firstState, { type: "lost", now: NOW, reason: "no\u001b[2J service\n runs" }).state;
  assert.equal(shown(wild, 80, 6)[1], "no service runs");
});

test("nothing that a service tells steers the terminal, also where a number is expected", () => {
  const evil = "\u001b[2J\u009b2J\u202e\r\n" as unknown as number;
  const hostile = statusOf({ pid: evil, addresses: [{ address: String(evil), family: "IPv4", port: evil }] });
  const nodes = [{ ...statusOf().nodes[0], pid: evil, restarts: evil } as Status["nodes"][number]];
  for (const line of shown(after(told({ ...hostile, nodes })), 400, 12))
    assert.doesNotMatch(line, /\p{Cc}|\p{Bidi_Control}/u);
});

test("the log stands below the nodes, its latest lines", () => {
  const lines = Array.from({ length: 20 }, (_, index) => logLineOf({ text: `line ${index}` }));
  const open = [
    { type: "key", key: "l" },
    { type: "lines", lines },
  ] as const;
  const screen = shown(
    open.reduce((state: TopState, event) => step(state, event).state, live),
    90,
    14,
  );
  assert.deepEqual(screen.slice(7, 12), ["LOG", ...[16, 17, 18, 19].map((index) => `node-1 | line ${index}`)]);
});

test("help, a question and a message", () => {
  const keyed = (key: string): string[] => shown(step(live, { type: "key", key }).state, 90, 16);
  assert.match(keyed("?").join("\n"), /K +kill the chosen node/);
  assert.equal(keyed("K").at(-2), "kill node-1 (pid 101)? y or n");
  const failed: TopEvent = { type: "failed", order: { command: "reload" }, reason: "the reload was given up" };
  assert.equal(shown(step(live, failed).state, 90, 16).at(-2), "the reload was given up");
});

test("property: exactly as many lines as the terminal has, none wider, and colours change no text", () => {
  const key = fc.constantFrom("l", "?", "K", "end", "r", "-");
  const line = fc.string({ unit: "grapheme" }).map((text) => logLineOf({ text }));
  const event = fc.oneof(
    anyStatus.map((status) => told(status)),
    key.map((name): TopEvent => ({ type: "key", key: name })),
    fc.array(line, { maxLength: 30 }).map((lines): TopEvent => ({ type: "lines", lines })),
    fc.string().map((reason): TopEvent => ({ type: "lost", now: NOW, reason })),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 8 }), fc.nat(120), fc.nat(40), (events, columns, rows) => {
      const state = after(...events);
      const screen = topScreen(state, { columns, rows, now: NOW, patience: 3_000, paint: plain });
      assert.equal(screen.length, rows);
      for (const text of screen) assert.ok(widthOf(text) <= columns, text);
      const colourful = topScreen(state, { columns, rows, now: NOW, patience: 3_000, paint: inColour });
      assert.deepEqual(colourful.map(stripVTControlCharacters), screen);
    }),
  );
});

function after(...events: TopEvent[]): TopState {
  return events.reduce((state, event) => step(state, event).state, firstState);
}

function shown(state: TopState, columns: number, rows: number): string[] {
  return topScreen(state, { columns, rows, now: NOW, patience: 3_000, paint: plain }).map((line) => line.trimEnd());
}

function told(status: Status, now: number = NOW): TopEvent {
  return { type: "status", status, now };
}
