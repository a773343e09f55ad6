// Rolling reloads to versions that do not work: the old nodes go on as if nothing had been asked.
import { everyHttp } from "../helpers/clients/kinds.js";
import { ChaosService } from "./chaos-service.js";
import type { Fate } from "./release.js";
import { outcome, type Scenario } from "./scenario.js";

/** Enough for a node to start on a busy machine, and not too long to wait for one that never does. */
const READY_TIMEOUT = 3_000;

export const badReleases: Scenario[] = [
  badRelease("is broken", 50, /v\d+ is broken/),
  badRelease("hangs at start", 10, /did not serve|in time/),
];

function badRelease(fate: Fate, long: number, says: RegExp): Scenario {
  return {
    name: `reload to a version that ${fate}`,
    rounds: { long, short: 1 },
    async run({ scope, rounds, progress, balance }) {
      const wrong: string[] = [];
      const service = await ChaosService.start(scope, everyHttp, { balance, readyTimeout: READY_TIMEOUT });
      const load = service.load(everyHttp);
      for (let round = 1; round <= rounds; round++) {
        const before = pidsOf(service);
        service.release.publish(fate);
        const { state, why } = await service.reload();
        if (state !== "failed" || !says.test(String(why)))
          wrong.push(`reload ${round}: ${String(state)}, ${String(why)}`);
        if (pidsOf(service) !== before)
          wrong.push(`reload ${round}: ${before} served before, ${pidsOf(service)} after`);
        await service.isWhole();
        progress(round);
      }
      const version = service.release.publish("serves");
      await service.reload();
      await load.answersFrom(version);
      const counts = await load.stop();
      await service.stop();
      return outcome(counts, wrong);
    },
  };
}

function pidsOf({ serving }: ChaosService): string {
  const pids = serving.map(({ pid }) => pid);
  return pids.sort((a, b) => a - b).join(" ");
}
