// npm run bench on fixed results: medians, ratios within a round, and a page that says where another one is ahead.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../helpers/environment.js";

const SCRIPT = fileURLToPath(new URL("../../../bench/serve.mjs", import.meta.url));
const SUMMARY = new URL("../../../bench/serve/summary.mjs", import.meta.url).href;
const REPORT = new URL("../../../bench/serve/report.mjs", import.meta.url).href;

type Verdict = { title: string; figure?: object; reached?: boolean; reason?: string };

const speed = { rate: 1000, p50: 1, p99: 2, p999: 3, cpu: 100, memory: 60, lost: 0 };
const RESULTS = [
  ...measured("fresh", "multi-node", [
    { ...speed, rate: 2000 },
    { ...speed, rate: 3000 },
    { ...speed, rate: 9000 },
  ]),
  ...measured("fresh", "cluster", [
    { ...speed, rate: 1000 },
    { ...speed, rate: 1500 },
    { ...speed, rate: 1500 },
  ]),
  ...measured("fresh", "bun", [{ ...speed, rate: 12_000 }]),
  ...measured("reload", "multi-node", [
    { lost: 0, p99: 5, seconds: 1 },
    { lost: 1, p99: 5, seconds: 1 },
    { lost: 0, p99: 5, seconds: 1 },
  ]),
  { ...place(0), work: "reload", peer: "throng", missing: "has no rolling reload" },
  { ...place(0), work: "fresh", peer: "pm2", error: "ended with exit code 1" },
  ...measured("websockets", "multi-node", [{ spread: "infinite", most: 1000, least: 0, lost: 0 }]),
];

test("a goal is judged by the median of the rounds' own ratios, and a loss by the worst round", (t) => {
  const report = JSON.parse(run(t, "--json").stdout) as {
    targets: Verdict[];
  };
  const verdicts = report.targets.map(({ title, figure, reached, reason }) =>
    reason === undefined ? { title, figure, reached } : { title, reason },
  );
  assert.deepEqual(verdicts, [
    { title: "fresh connections/s", figure: { median: 2, min: 2, max: 6 }, reached: true },
    { title: "fresh connections/s", reason: "ended with exit code 1" },
    { title: "CPU per fresh connection", figure: { median: 1, min: 1, max: 1 }, reached: false },
    { title: "lost in a rolling reload", figure: { median: 0, min: 0, max: 1 }, reached: false },
  ]);
});

test("the page has medians with their span, who is ahead, and why one is not there", (t) => {
  const { stdout } = run(t);
  assert.match(stdout, /^\| multi-node \| 3,000 \(2,000–9,000\) \| 1 \|/m);
  assert.match(stdout, /^\| Bun, reusePort \| 12,000 .* \| 4\.00, \*\*ahead\*\* \|$/m);
  assert.match(stdout, /^\| node:cluster \| 1,500 \(1,000–1,500\) .* \| 0\.50 \|$/m);
  assert.match(stdout, /^\| throng \| not there: has no rolling reload \|/m);
  assert.match(stdout, /^\| PM2, cluster mode \| not there: ended with exit code 1 \|/m);
  assert.match(stdout, /^\| multi-node \| ∞ \| 1,000 \| 0 \| 0 \|/m);
  assert.match(stdout, /^- Node 22\.12\.0, 2 nodes, fresh, pm2: ended with exit code 1$/m);
});

test("the short report has a row for each goal, and says who is ahead and by how much", async () => {
  const { summaryTables } = (await import(SUMMARY)) as { summaryTables: (report: object) => string };
  const { reportOf } = (await import(REPORT)) as { reportOf: (results: object[]) => object };
  const text = summaryTables(reportOf(RESULTS));
  assert.match(text, /^\| fresh connections\/s, against node:cluster \| at least 2 \| 2 \(2–6\) \|$/m);
  assert.match(text, /^\| CPU per fresh connection, against node:cluster \| at most 0\.45 \| \*\*1\*\* \|$/m);
  assert.match(text, /^\| Fresh connections, one request on each \| Bun, reusePort 4\.00 \|$/m);
});

test("a wrong option is named, with what it takes", (t) => {
  const { status, stderr } = run(t, "--peers", "pm3");
  assert.equal(status, 2);
  assert.match(stderr, /--peers takes multi-node, .*, not "pm3"/);
});

function measured(work: string, peer: string, rounds: object[]): object[] {
  return rounds.map((metrics, index) => ({ ...place(index), work, peer, metrics }));
}

function place(index: number): object {
  return { round: `run.${index}`, node: "22.12.0", nodes: 2 };
}

/** Reports without measuring. */
function run(t: TestContext, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const file = join(temporaryFolder(t), "results.jsonl");
  writeFileSync(file, RESULTS.map((result) => JSON.stringify(result)).join("\n"));
  return spawnSync(process.execPath, [SCRIPT, "--rounds", "0", "--add", file, ...args], { encoding: "utf8" });
}
