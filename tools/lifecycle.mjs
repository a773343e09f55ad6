// Writes the diagram and the table of a node's states into docs/lifecycle.md, from the table that the master follows.
// `node tools/lifecycle.mjs [--check] [file]`: with --check it changes nothing and tells whether the file is up to date.

import { readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { giveUp, root } from "./lib/paths.mjs";

const BEGIN = "<!-- begin: made by tools/lifecycle.mjs from src/master/node-state.ts -->";
const END = "<!-- end -->";
const FIRST = "spawning";
const LAST = "exited";

/** What the master does about a step, in words. */
const EFFECTS = {
  "announce-ready": "its start is over; where it replaces another, it proves itself",
  examine: "its place is filled at once; it is asked where it hangs",
  "send-drain": "tells it to drain",
  "expect-exit": "gives it `drainTimeout` and a second to be gone",
  kill: "SIGKILL",
  "announce-exit": "tells the other processes, the log and the `exit` event; decides what follows for its place",
};

const { values, positionals } = readArguments();
const file = resolve(positionals[0] ?? join(root, "docs", "lifecycle.md"));
const { transitions } = await import(join(root, "dist", "master", "node-state.js"));
const before = readFileSync(file, "utf8");
const after = withPart(before, `${diagram()}\n\n${table()}`);
if (!values.check) writeFileSync(file, after);
else if (before !== after) giveUp(`${relative(process.cwd(), file)} is out of date: run node tools/lifecycle.mjs`);

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options: { check: { type: "boolean", default: false } } });
  } catch (error) {
    return giveUp(error.message, 2);
  }
}

function withPart(text, part) {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) return giveUp(`${file} lacks the lines "${BEGIN}" and "${END}"`);
  return `${text.slice(0, begin + BEGIN.length)}\n\n${part}\n\n${text.slice(end)}`;
}

function diagram() {
  const lines = [...edges()].map(([edge, events]) => `  ${edge}: ${events.join(", ")}`);
  return ["```mermaid", "stateDiagram-v2", `  [*] --> ${FIRST}`, ...lines, `  ${LAST} --> [*]`, "```"].join("\n");
}

/** One arrow for all events that lead from one state to another. */
function edges() {
  const found = new Map();
  for (const { state, event, step } of steps()) {
    const edge = `${state} --> ${step.state}`;
    found.set(edge, [...(found.get(edge) ?? []), event]);
  }
  return found;
}

function table() {
  const rows = steps().map(({ state, event, step }) => `| ${state} | ${event} | ${step.state} | ${inWords(step)} |`);
  return ["| state | event | next | what the master does |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function inWords({ effects }) {
  const unknown = effects.find((effect) => EFFECTS[effect] === undefined);
  if (unknown !== undefined) giveUp(`tools/lifecycle.mjs has no words for the effect ${unknown}`);
  return effects.map((effect) => EFFECTS[effect]).join("; ") || "nothing";
}

function steps() {
  return Object.entries(transitions).flatMap(([state, events]) =>
    Object.entries(events).map(([event, step]) => ({ state, event, step })),
  );
}
