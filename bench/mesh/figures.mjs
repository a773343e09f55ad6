// What is measured, in the peers' own processes. Each figure gives one or two metrics.

import { cpuTime } from "../common/cpu.mjs";
import { within } from "../common/deadline.mjs";
import { listenersOf, SENDER } from "./duties.mjs";

const IN_FLIGHT = 64;
const MOST_BYTES_IN_FLIGHT = 4 * 1024 * 1024;

// What was sent within the time may take longer to arrive, but not for ever.
const GRACE_MS = 30_000;

/** `measure(service, { size, ms })` resolves to a number for each key of `metrics`. */
export const FIGURES = [
  {
    name: "pair",
    members: 2,
    metrics: { rate: "Pair throughput, messages/s", cpu: "Pair throughput, CPU time of all processes per message, µs" },
    measure: (service, task) => measureStream(service, { ...task, topic: "pair" }, 2),
  },
  {
    name: "round trip",
    members: 2,
    metrics: { p50: "Round trip, p50, µs", p99: "Round trip, p99, µs" },
    measure: (service, task) => ask(service, SENDER, "roundTrips", task),
  },
  {
    name: "fan-out",
    members: 8,
    metrics: { rate: "Fan-out to 7, publishes/s", cpu: "Fan-out to 7, CPU time of all processes per publish, µs" },
    measure: (service, task) => measureStream(service, { ...task, topic: "all" }, 8),
  },
  {
    name: "calls",
    members: 2,
    metrics: { rate: "Calls/s, 64 in flight (4 of 1 MiB)", cpu: "Calls, CPU time of all processes per call, µs" },
    measure: measureCalls,
  },
];

async function measureStream(service, task, members) {
  const listeners = listenersOf(task.topic, members);
  const before = cpuTime(service.pids);
  const [sent, ...received] = await Promise.all([
    ask(service, SENDER, "send", task),
    ...listeners.map((index) => ask(service, index, "received", task)),
  ]);
  const spent = cpuSince(before, service);
  for (const { count } of received) {
    if (count !== sent) throw new Error(`${sent} values were sent and ${count} arrived`);
  }
  const first = Math.min(...received.map((one) => one.first));
  const last = Math.max(...received.map((one) => one.last));
  return { rate: (sent / (last - first)) * 1e6, cpu: (spent / sent) * 1000 };
}

async function measureCalls(service, task) {
  const inFlight = Math.max(1, Math.min(IN_FLIGHT, Math.floor(MOST_BYTES_IN_FLIGHT / task.size)));
  const before = cpuTime(service.pids);
  const { count, elapsed } = await ask(service, SENDER, "calls", { ...task, inFlight });
  return { rate: (count / elapsed) * 1e6, cpu: (cpuSince(before, service) / count) * 1000 };
}

function cpuSince(before, service) {
  return before === undefined ? Number.NaN : cpuTime(service.pids) - before;
}

function ask(service, index, task, details) {
  return within(details.ms + GRACE_MS, service.ask(index, task, details), `"${task}" had no end`);
}
