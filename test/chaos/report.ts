// The table of docs/reliability.md, made from what the scenarios counted.
import type { Policy } from "../fixtures/balance-policies.js";
import { inFull } from "./scenario.js";

export interface Result {
  scenario: string;
  balance: Policy;
  rounds: number;
  started: number | undefined;
  ok: number | undefined;
  retried: number | undefined;
  reset: number | undefined;
  refused: number | undefined;
  timedOut: number | undefined;
  wrongBody: number | undefined;
  inFlightKilled: number | undefined;
  /** Milliseconds. */
  p99: number | undefined;
  seconds: number;
  wrong: string[];
}

const columns: [title: string, value: (result: Result) => string][] = [
  ["scenario", ({ scenario, balance }) => inFull(scenario, balance)],
  ["rounds", ({ rounds }) => show(rounds)],
  ["requests", ({ started }) => show(started)],
  ["ok", ({ ok }) => show(ok)],
  ["sent again", ({ retried }) => show(retried)],
  ["reset", ({ reset }) => show(reset)],
  ["refused", ({ refused }) => show(refused)],
  ["timed out", ({ timedOut }) => show(timedOut)],
  ["wrong body", ({ wrongBody }) => show(wrongBody)],
  ["in flight on killed", ({ inFlightKilled }) => show(inFlightKilled)],
  ["p99 ms", ({ p99 }) => show(p99)],
  ["seconds", ({ seconds }) => show(seconds)],
  ["as promised", ({ wrong }) => (wrong.length === 0 ? "yes" : "NO")],
];

/** Markdown. */
export function table(results: readonly Result[]): string {
  const head = columns.map(([title]) => title);
  const rule = columns.map((_, index) => (index === 0 ? "---" : "---:"));
  const rows = results.map((result) => columns.map(([, value]) => value(result)));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function show(value: number | undefined): string {
  return value === undefined ? "–" : Math.round(value).toLocaleString("en");
}
