// How many requests a service answers, how soon, and at what price: clients that ask at full speed.

import { runAtFullSpeed, startClient } from "../load/run.mjs";

const CLIENTS = 64;
const WARM_UP_SECONDS = 1;

// Bodies are checked here: wrk does not look at them.
const CHECK_SECONDS = 0.3;
const CHECKING_CLIENTS = 4;

const MICROSECONDS = 1000;

const metrics = {
  rate: "requests/s",
  p50: "p50, ms",
  p99: "p99, ms",
  p999: "p99.9, ms",
  cpu: "CPU per request, µs",
  memory: "MiB per node",
  lost: "lost",
};

/** A measurement of that kind: `load` says what the clients ask for, see closedLoop. */
export function speed(name, title, { tls = false, plain = false, ...load }) {
  const measure = (service, { seconds }) => measureSpeed(service, { clients: CLIENTS, tls, ...load, seconds });
  return { name, title, tls, plain, metrics, order: ["rate"], more: true, measure };
}

async function measureSpeed(service, { seconds, ...load }) {
  const task = { port: service.port, ...load };
  await check(task);
  await runAtFullSpeed({ ...task, seconds: WARM_UP_SECONDS });
  const { result, cpuMs } = await service.timed(() => runAtFullSpeed({ ...task, seconds }));
  const { ok, p50, p99, p999, lost } = result;
  if (ok === 0) throw new Error("no request was answered");
  const memory = service.memory().node;
  return { rate: ok / result.seconds, p50, p99, p999, cpu: (cpuMs / ok) * MICROSECONDS, memory, lost };
}

async function check(task) {
  const client = startClient({ kind: "closed", ...task, clients: CHECKING_CLIENTS, seconds: CHECK_SECONDS });
  const { ok, others } = await client.result;
  if (others.wrong > 0 || ok === 0) throw new Error(`wrong answers: ${JSON.stringify({ ok, ...others })}`);
}
