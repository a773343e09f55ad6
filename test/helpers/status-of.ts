// What a service might tell of itself: an ordinary one, but for what a test gives; and any at all, for properties.
import fc from "fast-check";
import type { NodeExit, NodeStatus, Status } from "multi-node";
import { beatOf } from "./beat.js";

/** Milliseconds since the epoch: the present of these tests. */
export const NOW = 1_700_000_000_000;

export function exitOf(told: Partial<NodeExit> = {}): NodeExit {
  const died = { id: "node-0", pid: 90, code: 1, signal: null, uptime: 2_500, reason: "died", lastError: undefined };
  return { ...(died as NodeExit), ...told };
}

/** The node of a place, numbered from 1, that serves. */
export function nodeOf(place: number, told: Partial<NodeStatus> = {}): NodeStatus {
  return {
    id: `node-${place + 1}`,
    pid: 101 + place,
    place,
    state: "serving",
    since: NOW - 200_000,
    restarts: 0,
    lastExit: undefined,
    vitals: beatOf({ rate: 1_200, cpu: 0.5, connections: 12, utilization: 0.984, responseTime: { p50: 0.4, p99: 12 } }),
    ...told,
  };
}

export function statusOf(told: Partial<Status> = {}): Status {
  return {
    name: "api",
    script: "/srv/api/server.js",
    cwd: "/srv/api",
    addresses: [{ address: "::", family: "IPv6", port: 8_000 }],
    pid: 100,
    since: NOW - 7_500_000,
    wanted: 2,
    reloading: false,
    accepted: undefined,
    nodes: [nodeOf(0), nodeOf(1)],
    ...told,
  };
}

const anyText = fc.string({ unit: "grapheme", maxLength: 60 });
const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY));

const anyExit = fc.record({
  id: anyText,
  pid: fc.nat(),
  code: fc.option(fc.nat(255)),
  signal: fc.option(fc.constantFrom("SIGKILL" as const, "SIGTERM" as const)),
  uptime: anyNumber,
  reason: fc.constantFrom("died" as const, "drained" as const, "hung" as const, "not-ready" as const),
  lastError: fc.option(anyText, { nil: undefined }),
});

const anyBeat = fc.record({
  rss: anyNumber,
  served: anyNumber,
  connections: anyNumber,
  utilization: anyNumber,
  delay: anyNumber,
  cpu: anyNumber,
  rate: anyNumber,
  responseTime: fc.option(fc.record({ p50: anyNumber, p99: anyNumber })),
  inspected: fc.boolean(),
});

const anyNode = fc.record({
  id: anyText,
  pid: fc.option(fc.nat(), { nil: undefined }),
  place: fc.nat(20),
  state: fc.oneof(fc.constantFrom("spawning", "serving", "hung", "draining", "exited"), anyText),
  since: anyNumber,
  restarts: fc.nat(),
  lastExit: fc.option(anyExit, { nil: undefined }),
  vitals: fc.option(anyBeat, { nil: undefined }),
});

const anyAddress = fc.oneof(
  anyText,
  fc.record({ address: anyText, family: fc.constantFrom("IPv4", "IPv6"), port: fc.nat(65_535) }),
);

export const anyStatus: fc.Arbitrary<Status> = fc.record({
  name: anyText,
  script: anyText,
  cwd: anyText,
  addresses: fc.array(anyAddress, { maxLength: 4 }),
  pid: fc.nat(),
  since: anyNumber,
  wanted: fc.nat(),
  reloading: fc.boolean(),
  accepted: fc.option(
    fc.record({ waiting: fc.nat(), held: fc.dictionary(anyText, fc.nat(), { maxKeys: 4 }), malformed: fc.nat() }),
    { nil: undefined },
  ),
  nodes: fc.array(anyNode, { maxLength: 12 }),
});
