// The master is replaced by a new one under load, and now and then by one that does not start.
import { everyHttp } from "../helpers/clients/kinds.js";
import { eventually } from "../helpers/deadline.js";
import { ChaosService, signal } from "./chaos-service.js";
import { outcome, type Scenario } from "./scenario.js";

/** Every so many rounds the new master's program is broken. */
const BROKEN_EVERY = 4;

export const masterUpgrade: Scenario = {
  name: "the master is replaced by SIGUSR2",
  rounds: { long: 20, short: 4 },
  async run({ scope, rounds, progress, balance }) {
    const service = await ChaosService.start(scope, everyHttp, { balance });
    const load = service.load(everyHttp);
    for (let round = 1; round <= rounds; round++) {
      await (round % BROKEN_EVERY === 0 ? failToUpgrade(service) : upgrade(service));
      await service.isWhole();
      progress(round);
    }
    const version = service.release.publish("serves");
    await service.reload();
    await load.answersFrom(version);
    const counts = await load.stop();
    await service.stop();
    return outcome(counts, []);
  },
};

/** A new master serves, and the old one is gone. */
async function upgrade(service: ChaosService): Promise<void> {
  const old = service.master;
  service.release.publish("serves");
  signal(old, "SIGUSR2");
  await eventually(() => service.master !== old, "a new master serves");
  await eventually(() => !service.processes.includes(old), "the old master ends");
}

async function failToUpgrade(service: ChaosService): Promise<void> {
  const { stderr } = service.program;
  service.release.publish("is broken");
  signal(service.master, "SIGUSR2");
  const says = /the new master is given up, this one goes on/;
  await eventually(() => says.test(service.program.stderr.slice(stderr.length)), "the master says that it goes on");
}
