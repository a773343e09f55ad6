// Rolling reloads to a version that crashes as soon as it serves: the reload fails, and most old nodes go on.
import { everyHttp } from "../helpers/clients/kinds.js";
import { ChaosService } from "./chaos-service.js";
import { outcome, type Scenario } from "./scenario.js";

const NODES = 4;

export const crashingRelease: Scenario = {
  name: "reload to a version that crashes 50 ms after it serves",
  rounds: { long: 20, short: 1 },
  async run({ scope, rounds, progress, balance }) {
    const wrong: string[] = [];
    const service = await ChaosService.start(scope, everyHttp, { balance, nodes: NODES });
    const load = service.load(everyHttp);
    for (let round = 1; round <= rounds; round++) {
      const before = service.serving.map(({ pid }) => pid);
      service.release.publish("crashes after ready");
      const { state, why } = await service.reload();
      if (state !== "failed") wrong.push(`reload ${round}: ${String(state)}, ${String(why)}`);
      const kept = service.serving.filter(({ pid }) => before.includes(pid)).length;
      if (kept < NODES - 1) wrong.push(`reload ${round}: only ${kept} of ${NODES} old nodes serve on`);
      const version = service.release.publish("serves");
      const mended = await service.reload();
      if (mended["state"] !== "done") wrong.push(`the reload after ${round}: ${String(mended["why"])}`);
      await load.answersFrom(version);
      await service.isWhole();
      progress(round);
    }
    const counts = await load.stop();
    await service.stop();
    return outcome(counts, wrong, ["inFlightKilled"]);
  },
};
