// Very many nodes are killed and started again: the master does not grow.
import { everyHttp } from "../helpers/clients/kinds.js";
import { eventually } from "../helpers/deadline.js";
import { ChaosService, signal } from "./chaos-service.js";
import { outcome, type Scenario } from "./scenario.js";

const NODES = 8;
/** One that dies younger is started again later and later. */
const OLD_ENOUGH_MS = 1_200;
/** The first restarts fill caches. */
const WARM_UP = 0.2;
const MEBIBYTE = 1024 * 1024;
const MAX_GROWTH = 24 * MEBIBYTE;

interface Size {
  listeners: number;
  descriptors: number;
  rss: number;
}

export const restarts: Scenario = {
  name: "restarts of killed nodes",
  rounds: { long: 1_000, short: 40 },
  async run({ scope, rounds, progress, balance }) {
    const service = await ChaosService.start(scope, everyHttp, { balance, nodes: NODES });
    const load = service.load(everyHttp);
    let before: Size | undefined;
    for (let round = 1; round <= rounds; round++) {
      await eventually(() => isOldEnough(service), "a node is old enough");
      service.kill(service.serving[0]?.pid ?? 0);
      if (round === Math.ceil(rounds * WARM_UP)) before = await sizeOf(service);
      progress(round);
    }
    const after = await sizeOf(service);
    const counts = await load.stop();
    await service.stop();
    return outcome(counts, grown(before as Size, after), ["inFlightKilled"]);
  },
};

function isOldEnough({ serving: [oldest] }: ChaosService): boolean {
  return oldest !== undefined && performance.now() - oldest.since > OLD_ENOUGH_MS;
}

async function sizeOf(service: ChaosService): Promise<Size> {
  await service.isWhole();
  const told = service.program.all("size").length;
  signal(service.master, "SIGWINCH");
  return (await service.program.count("size", told + 1)).at(-1) as unknown as Size;
}

function grown(before: Size, after: Size): string[] {
  const wrong: string[] = [];
  for (const what of ["listeners", "descriptors"] as const) {
    if (after[what] > before[what]) wrong.push(`the master had ${before[what]} ${what}, now ${after[what]}`);
  }
  const growth = Math.round((after.rss - before.rss) / MEBIBYTE);
  if (after.rss - before.rss > MAX_GROWTH) wrong.push(`the master's memory grew by ${growth} MiB`);
  return wrong;
}
