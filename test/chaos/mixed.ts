// Everything at once: nodes are killed, stopped, hung and fed while they are reloaded. A round is a second.
import { get } from "node:http";
import type { ListenOptions } from "multi-node";
import { everyHttp } from "../helpers/clients/kinds.js";
import { ChaosService, type Node, signal } from "./chaos-service.js";
import { outcome, type Run, type Scenario, sleep } from "./scenario.js";

const SECOND = 1_000;
const MEBIBYTE = 1024 * 1024;
/** A node of the tests has some 60 MiB; each request to grow adds ten. */
const MAX_MEMORY = 160 * MEBIBYTE;

type Blow = (service: ChaosService, victim: Node, random: () => number) => void | Promise<void>;

/** What can befall a node; those that come often are named more than once. */
const blows: Record<string, Blow> = {
  kill: (service, { pid }) => service.kill(pid),
  reload: (service) => signal(service.master, "SIGHUP"),
  // Some are gone on with in time, others are taken for hung and killed.
  stop: async (_service, { pid }, random) => {
    signal(pid, "SIGSTOP");
    await sleep(random() * 4 * SECOND);
    signal(pid, "SIGCONT");
  },
  hang: (service) => ask(service, "/hang"),
  grow: async (service) => {
    await Promise.all(Array.from({ length: 10 }, () => ask(service, "/grow")));
  },
};

const NODES = 4;
export const mixedOptions: Omit<ListenOptions, "balance"> = {
  nodes: NODES,
  hangTimeout: 2 * SECOND,
  maxMemory: MAX_MEMORY,
};

export const mixed: Scenario = {
  name: "SIGKILL, SIGSTOP, endless loops, memory and reloads, mixed",
  rounds: { long: 60, short: 6 },
  async run({ scope, rounds, progress, random, balance }) {
    const service = await ChaosService.start(scope, everyHttp, { balance, ...mixedOptions });
    const load = service.load(everyHttp);
    await rain(service, { rounds, progress, random });
    await service.isWhole();
    const counts = await load.stop();
    await service.stop();
    return outcome(counts, [], ["inFlightKilled"]);
  },
};

/** Blows at random for so many seconds; resolves when the last one is over. */
export async function rain(
  service: ChaosService,
  { rounds, progress, random }: Omit<Run, "scope" | "balance">,
): Promise<void> {
  const names = Object.keys(blows);
  const under: Promise<void>[] = [];
  const start = performance.now();
  for (let at = 0; at < rounds * SECOND; at = performance.now() - start) {
    const blow = blows[names[Math.floor(random() * names.length)] as string] as Blow;
    const { serving } = service;
    const victim = serving[Math.floor(random() * serving.length)];
    if (victim !== undefined) under.push(Promise.resolve(blow(service, victim, random)));
    await sleep(random() * SECOND);
    progress(Math.floor(at / SECOND));
  }
  await Promise.all(under);
}

/** Of whichever node takes the request. Resolves when that is over, by an answer or by the node's end. */
function ask({ port }: ChaosService, path: string): Promise<void> {
  return new Promise((resolve) => {
    get({ host: "127.0.0.1", port, path, agent: false }, (response) => response.resume())
      .on("error", () => {})
      .on("close", resolve);
  });
}
