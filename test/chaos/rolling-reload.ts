// Rolling reloads in a row, each to another version, under each kind of load: nothing may be lost.
import { kinds } from "../helpers/clients/kinds.js";
import { ChaosService } from "./chaos-service.js";
import { outcome, type Scenario } from "./scenario.js";

/** With these an old node has something in flight for seconds, and a reload waits for its end. */
const SLOW = new Set(["http, keep-alive with pauses", "2 s downloads"]);
/** With these what is in flight outlasts the turn of the loop in which it began. */
const LASTING = new Set([...SLOW, "WebSocket echo", "16 KB uploads in slow chunks"]);

export const rollingReloads: Scenario[] = Object.keys(kinds).map(rollingReload);
export const reloadsUnderRequests: Scenario[] = Object.keys(kinds)
  .filter((name) => !LASTING.has(name))
  .map(rollingReload);
export const reloadsUnderLasting: Scenario[] = [...LASTING].map(rollingReload);

function rollingReload(name: string): Scenario {
  const kind = kinds[name];
  if (kind === undefined) throw new Error(`no kind of load is named ${name}`);
  return {
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
  };
}
