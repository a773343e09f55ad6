// Rolling reloads in a row, each to another version, under each kind of load: nothing may be lost.
import { kinds } from "../helpers/clients/kinds.js";
import { ChaosService } from "./chaos-service.js";
import { outcome, type Scenario } from "./scenario.js";

/** With these an old node has something in flight for seconds, and a reload waits for its end. */
const SLOW = new Set(["http, keep-alive with pauses", "2 s downloads"]);

export const rollingReloads: Scenario[] = Object.entries(kinds).map(([name, kind]) => ({
  name: `reload: ${name}`,
  rounds: { long: 200, short: SLOW.has(name) ? 2 : 5 },
  async run({ scope, rounds, progress, balance }) {
    const wrong: string[] = [];
    const service = await ChaosService.start(scope, kind, { balance });
    const load = service.load(kind);
    let version = "v1";
    for (let round = 1; round <= rounds; round++) {
      version = service.release.publish("serves");
      const { state } = await service.reload();
      if (state !== "done") wrong.push(`reload ${round} ${String(state)}`);
      progress(round);
    }
    await load.answersFrom(version);
    await service.isWhole();
    const counts = await load.stop();
    await service.stop();
    return outcome(counts, wrong);
  },
}));
