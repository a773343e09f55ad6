// What `list` shows.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { paintLine } from "#src/cli/views/line.js";
import { plain } from "#src/tones.js";
import { type ListedService, listLines } from "#src/cli/views/list-view.js";
import { widthOf } from "#src/cli/views/text.js";
import { printable } from "#src/printable.js";
import { nodeOf, NOW, statusOf } from "../../../helpers/status-of.js";

const api: ListedService = { name: "api", pid: 100, cwd: "/srv/api", status: statusOf() };

test("a line for each service, and for one that does not answer what is known without it", () => {
  const half = statusOf({ nodes: [nodeOf(0), nodeOf(1, { state: "spawning" })], addresses: ["/run/chat.sock"] });
  const services = [
    api,
    { name: "chat", pid: 2_000, cwd: "/srv/chat", status: half },
    { name: "silent", pid: 3, cwd: undefined, status: undefined },
  ];
  assert.deepEqual(shown(services, 120), [
    "NAME     PID  NODES         UPTIME  ADDRESSES       FOLDER",
    "api      100  2/2        2 h 5 min  [::]:8000       /srv/api",
    "chat    2000  1/2        2 h 5 min  /run/chat.sock  /srv/chat",
    "silent     3  no answer          -  -               -",
  ]);
});

test("property: no line is wider than the terminal", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 40 }).map(printable);
  fc.assert(
    fc.property(text, text, fc.integer({ min: 1, max: 120 }), (name, cwd, width) => {
      for (const line of shown([api, { ...api, name, cwd }], width)) assert.ok(widthOf(line) <= width, line);
    }),
  );
});

function shown(services: readonly ListedService[], width: number): string[] {
  return listLines(services, { now: NOW, width }).map((line) => paintLine(line, width, plain).trimEnd());
}
