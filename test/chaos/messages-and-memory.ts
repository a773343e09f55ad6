// Very many messages and calls: no process grows. A round is 100,000 messages.
import type { TestContext } from "node:test";
import { type Member, Service } from "../helpers/service.js";
import type { Scenario } from "./scenario.js";

const ROUND = 100_000;
/** The first messages fill caches and let the heap come to its size. */
const WARM_UP = 1;
const MEBIBYTE = 1024 * 1024;
const MAX_GROWTH = 24 * MEBIBYTE;

export const messagesAndMemory: Scenario = {
  name: "very many messages and calls",
  rounds: { long: 100, short: 2 },
  over: "shared",
  async run({ scope, rounds, progress }) {
    const service = await Service.start(scope as TestContext, "floods.js", { nodes: 2 });
    const members = await service.members("node-1", "node-2", "master");
    let before: number[] = [];
    let after: number[] = [];
    for (let round = 1; round <= WARM_UP + rounds; round++) {
      after = await send(members, (round - 1) * ROUND, round * ROUND);
      if (round === WARM_UP) before = after;
      progress(round);
    }
    await service.program.stop();
    return { counts: undefined, wrong: members.flatMap(({ id }, index) => grown(id, before[index], after[index])) };
  },
};

/** Bytes of memory of each when all have got the messages. */
async function send([sender, ...others]: [Member, ...Member[]], from: number, to: number): Promise<number[]> {
  await sender.do("send", from, to);
  return Promise.all([sender, ...others].map((member) => member.do<number>("memoryAt", to)));
}

function grown(id: string, before = 0, after = 0): string[] {
  const growth = Math.round((after - before) / MEBIBYTE);
  return after - before > MAX_GROWTH ? [`the memory of ${id} grew by ${growth} MiB`] : [];
}
