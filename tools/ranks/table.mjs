// The rooms of src/, their ranks, and which files must stay pure. docs/architecture.md says why.

/** Files directly in src/ that stand above the rooms; every other one there is of the room "base". */
const ROOM_OF_FILE = {
  "listen.ts": "listen",
  "make-master.ts": "listen",
  "nodes.ts": "listen",
  "run.ts": "listen",
  "this-service.ts": "listen",
  "index.ts": "index",
  "preload.ts": "index",
};

/** A file imports from lower ranks and from its own room. */
const RANK_OF_ROOM = {
  balance: 0,
  base: 1,
  wire: 2,
  mesh: 3,
  messages: 4,
  serve: 4,
  dispatch: 5,
  master: 6,
  node: 6,
  control: 7,
  listen: 8,
  index: 9,
  cli: 10,
};

/** All that cli/ may see of the rest, so that it stays a client like any other. */
const OPEN_TO_CLI = [
  "alive.ts",
  "control/client.ts",
  "control/commands.ts",
  "control/discovery.ts",
  "errors.ts",
  "index.ts",
  "limits.ts",
  "log-lines.ts",
  "log-text.ts",
  "nearest.ts",
  "printable.ts",
  "run-options.ts",
  "tones.ts",
];

/** Data and `now` in, decision out: these are tested without a process, a port or a clock. */
const PURE = [
  /^balance\//,
  /^wire\//,
  /^(?:duration|printable)\.ts$/,
  /^mesh\/roster\.ts$/,
  /^messages\/arrivals\.ts$/,
  /^master\/(?:node-state|node-numbers|fleet|restart|mortality|endings|reload|health|overlap|scale|status|exec-argv|timers|balance)\.ts$/,
];

/** What a pure file may import besides other pure files; of all the rest it may import types. The clock is only for who passes it on. */
const OPEN_TO_PURE = [
  "duration.ts",
  "printable.ts",
  "errors.ts",
  "envelope.ts",
  "ip-address.ts",
  "protocol.ts",
  "nearest.ts",
  "socket-key.ts",
  "work-clock.ts",
];

/** These wait for the deadline of a close, so they take their timers from the world. */
const MAY_USE_TIMERS = /^wire\/framed-(?:stream|connection)\.ts$/;

const PURE_BUILTINS = ["node:events", "node:buffer", "node:crypto", "node:util"];
const PURE_TYPES_ONLY = ["node:net", "node:stream"];

/** The room of a path below src/, or undefined for one that the table does not know. */
export function roomOf(path) {
  const room = path.includes("/") ? path.split("/")[0] : (ROOM_OF_FILE[path] ?? "base");
  return room in RANK_OF_ROOM ? room : undefined;
}

/** Why `from` must not import `to` (both below src/), or undefined when it may. */
export function whyNot(from, to) {
  const [here, there] = [roomOf(from), roomOf(to)];
  if (here === there || here === undefined || there === undefined) return undefined;
  if (here === "cli") return OPEN_TO_CLI.includes(to) ? undefined : `cli/ knows only ${OPEN_TO_CLI.join(" and ")}`;
  if (RANK_OF_ROOM[there] < RANK_OF_ROOM[here]) return undefined;
  const both = RANK_OF_ROOM[there] === RANK_OF_ROOM[here];
  return both ? `${here} and ${there} never import each other` : `${here} is below ${there}`;
}

export function isPure(path) {
  return PURE.some((pattern) => pattern.test(path));
}

export function mayUseTimers(path) {
  return MAY_USE_TIMERS.test(path);
}

/** May a pure file use what this other file (below src/) exports, and not just its types? */
export function isOpenToPure(path) {
  return isPure(path) || OPEN_TO_PURE.includes(path);
}

/** May a pure file import this module of Node's? */
export function isPureBuiltin(specifier, typeOnly) {
  return PURE_BUILTINS.includes(specifier) || (typeOnly && PURE_TYPES_ONLY.includes(specifier));
}
