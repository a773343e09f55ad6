// The master is killed at a random moment of each kind of trouble: soon no process is left, and the port is free.
import { everyHttp } from "../helpers/clients/kinds.js";
import { addUp, type Counts } from "../helpers/load-ledger.js";
import { ChaosService, signal } from "./chaos-service.js";
import { mixedOptions, rain } from "./mixed.js";
import { type Outcome, type Run, type Scenario, sleep } from "./scenario.js";

const DRAIN_TIMEOUT = 5_000;
const READY_TIMEOUT = 3_000;
/** Longer than a start and the drain of a node take. */
const LATEST_MOMENT = 1_500;

type Trouble = (service: ChaosService, random: () => number) => void;

const troubles: Record<string, Trouble> = {
  "while all is well": () => {},
  "during a reload": (service) => {
    service.release.publish("serves");
    signal(service.master, "SIGHUP");
  },
  "during a reload to a broken version": (service) => {
    service.release.publish("is broken");
    signal(service.master, "SIGHUP");
  },
  "during a reload to a version that hangs": (service) => {
    service.release.publish("hangs at start");
    signal(service.master, "SIGHUP");
  },
  "while nodes start again": (service) => {
    for (const { pid } of service.serving) service.kill(pid);
  },
  "during an upgrade": (service) => signal(service.master, "SIGUSR2"),
  "while all kinds of trouble are mixed": (service, random) => {
    void rain(service, { rounds: 2, progress: () => {}, random });
  },
};

export const masterKilled: Scenario[] = Object.entries(troubles).map(([when, trouble]) => ({
  name: `the master is killed ${when}`,
  rounds: { long: 10, short: 1 },
  run: (run) => killMasters(trouble, run),
}));

/** What is lost here is not counted as wrong: nobody is left to answer. */
async function killMasters(trouble: Trouble, { scope, rounds, progress, random, balance }: Run): Promise<Outcome> {
  const all: Counts[] = [];
  for (let round = 1; round <= rounds; round++) {
    const options = { balance, ...mixedOptions, drainTimeout: DRAIN_TIMEOUT, readyTimeout: READY_TIMEOUT };
    const service = await ChaosService.start(scope, everyHttp, options);
    const load = service.load(everyHttp);
    trouble(service, random);
    await sleep(random() * LATEST_MOMENT);
    for (const pid of service.masters) service.kill(pid);
    all.push(await load.stop());
    await service.isGone();
    progress(round);
  }
  return { counts: addUp(all), wrong: [] };
}
