// A reload, and then a kill and a stop at once, over and over: a little of everything, for each policy.
import { everyHttp, type Kind } from "../helpers/clients/kinds.js";
import { ChaosService, signal } from "./chaos-service.js";
import { outcome, type Scenario } from "./scenario.js";

const NODES = 2;
/** One that is stopped counts as hung after this long. */
const HANG_TIMEOUT = 2_000;
/** Each kind of client, all of them with pauses: it is not the load that is to hurt. */
const KIND: Kind = { ...everyHttp, options: { clients: 8, pause: () => 20 } };

export const someOfAll: Scenario = {
  name: "a reload, then a kill and a stop at once",
  rounds: { long: 20, short: 1 },
  async run({ scope, rounds, progress, balance }) {
    const wrong: string[] = [];
    const service = await ChaosService.start(scope, KIND, { balance, nodes: NODES, hangTimeout: HANG_TIMEOUT });
    const load = service.load(KIND);
    for (let round = 1; round <= rounds; round++) {
      const version = service.release.publish("serves");
      const { state } = await service.reload();
      if (state !== "done") wrong.push(`reload ${round} ${String(state)}`);
      await load.answersFrom(version);
      const [killed, stopped] = service.serving.map(({ pid }) => pid) as [number, number];
      service.kill(killed);
      signal(stopped, "SIGSTOP");
      await service.isReplaced(stopped);
      await service.isWhole();
      progress(round);
    }
    const counts = await load.stop();
    await service.stop();
    return outcome(counts, wrong, ["inFlightKilled"]);
  },
};
