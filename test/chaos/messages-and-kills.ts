// A mesh of 33 processes that exchange numbered messages while nodes are killed: the books of all that live agree.
import type { TestContext } from "node:test";
import { type Book, disagreements } from "../helpers/message-ledger.js";
import { type Member, Service } from "../helpers/service.js";
import { signal } from "./chaos-service.js";
import type { Scenario } from "./scenario.js";

const NODES = 32;
/** Each process sends one message on each of four channels so often. */
const EVERY_MS = 150;
const MOST_AT_ONCE = 4;

export const messagesAndKills: Scenario = {
  name: "33 processes exchange messages while nodes are killed",
  rounds: { long: 60, short: 2 },
  over: "shared",
  async run({ scope, rounds, progress, random }) {
    const service = await Service.start(scope as TestContext, "exchanges.js", { nodes: NODES, every: EVERY_MS });
    const killed = new Set<string>();
    for (let round = 1; round <= rounds; round++) {
      for (const id of choose(await living(service, killed), random)) {
        killed.add(id);
        signal((await service.member(id)).pid, "SIGKILL");
      }
      progress(round);
    }
    const wrong = await audit(await service.meet("master", ...(await living(service, killed))));
    await service.program.stop();
    return { counts: undefined, wrong };
  },
};

/** The ids of the nodes that serve, as soon as all that were killed are replaced. */
async function living({ program }: Service, killed: Set<string>): Promise<string[]> {
  const ready = await program.count("ready", 1 + NODES + killed.size);
  return ready.map(({ id }) => id).filter((id) => id !== "master" && !killed.has(id));
}

/** Some of them. */
function choose(ids: string[], random: () => number): string[] {
  const ranked = ids.map((id) => ({ id, rank: random() })).sort((a, b) => a.rank - b.rank);
  return ranked.slice(0, 1 + Math.floor(random() * MOST_AT_ONCE)).map(({ id }) => id);
}

/** What is wrong with the books, once all have sent their last messages and have got those of all others. */
async function audit(members: Member[]): Promise<string[]> {
  await Promise.all(members.map((member) => member.do("end")));
  const books = await Promise.all(members.map((member) => member.do<Book>("book")));
  const faults = books.flatMap(({ id, faults }) => faults.map((fault) => `${id}: ${fault}`));
  const pairs = books.flatMap((book) => books.filter((other) => other !== book).map((other) => [book, other] as const));
  return [...faults, ...pairs.flatMap(([receiver, sender]) => disagreements(receiver, sender))];
}
