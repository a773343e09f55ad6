// `npm run chaos`: runs the scenarios one after another in their long form and prints one table.
import { parseArgs } from "node:util";
import { policies, type Policy } from "../fixtures/balance-policies.js";
import { type Result, table } from "./report.js";
import { inFull, type Outcome, randomFrom, type Scenario } from "./scenario.js";
import { scenarios } from "./scenarios.js";

const PROGRESS_MS = 10_000;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    balance: { type: "string", default: "shared" },
    rounds: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    json: { type: "boolean", default: false },
  },
});
const wanted = policiesOf(values.balance).flatMap((balance) => scenariosUnder(balance));
const seed = Number(values.seed);
say(`${wanted.length} scenarios with Node ${process.versions.node}; --seed ${seed} has the same random numbers again`);

const results: Result[] = [];
for (const { scenario, balance } of wanted) results.push(await runOne(scenario, balance));
process.stdout.write(values.json ? `${JSON.stringify(results, null, 2)}\n` : table(results));
process.exitCode = wanted.length > 0 && results.every(({ wrong }) => wrong.length === 0) ? 0 : 1;

/** One of them by its name, or all. */
function policiesOf(name: string): readonly Policy[] {
  const found = name === "all" ? policies : policies.filter((policy) => policy === name);
  if (found.length === 0) say(`--balance is one of ${policies.join(", ")}, or all`);
  return found;
}

function scenariosUnder(balance: Policy): { scenario: Scenario; balance: Policy }[] {
  const pattern = new RegExp(values.only, "i");
  const fitting = scenarios.filter(({ name, over = balance }) => pattern.test(name) && over === balance);
  return fitting.map((scenario) => ({ scenario, balance }));
}

async function runOne(scenario: Scenario, balance: Policy): Promise<Result> {
  const rounds = values.rounds === undefined ? scenario.rounds.long : Number(values.rounds);
  const start = performance.now();
  say(`${inFull(scenario.name, balance)}: ${rounds} rounds`);
  const { counts, wrong } = await outcomeOf(scenario, rounds, balance);
  const seconds = (performance.now() - start) / 1_000;
  for (const line of wrong) say(`  not as promised: ${line}`);
  const { started, ok, retried, reset, refused, timedOut, wrongBody, inFlightKilled, p99 } = counts ?? {};
  const columns = { started, ok, retried, reset, refused, timedOut, wrongBody, inFlightKilled, p99 };
  return { scenario: scenario.name, balance, rounds, ...columns, seconds, wrong };
}

async function outcomeOf(
  scenario: Scenario,
  rounds: number,
  balance: Policy,
): Promise<Partial<Outcome> & { wrong: string[] }> {
  const atEnd: (() => unknown)[] = [];
  const scope = { after: (action?: unknown) => void atEnd.push(action as () => unknown) };
  let spoken = performance.now();
  const progress = (round: number): void => {
    if (performance.now() - spoken < PROGRESS_MS) return;
    spoken = performance.now();
    say(`  ${round} of ${rounds}`);
  };
  try {
    return await scenario.run({ scope, rounds, balance, random: randomFrom(seed), progress });
  } catch (error) {
    return { wrong: [(error as Error).message] };
  } finally {
    for (const action of atEnd.toReversed()) await action();
  }
}

/** On stderr: stdout is for the table. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
