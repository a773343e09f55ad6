// What every chaos scenario is, and the arithmetic of its outcome.
import type { Policy } from "../fixtures/balance-policies.js";
import { type Column, type Counts, wrongWith } from "../helpers/load-ledger.js";
import type { Scope } from "./chaos-service.js";

export interface Scenario {
  name: string;
  /** How many rounds the long form has, and the short one of `npm test`. */
  rounds: { long: number; short: number };
  /** Left out: it says something about each policy. */
  over?: "shared";
  run: (run: Run) => Promise<Outcome>;
}

export interface Run {
  scope: Scope;
  rounds: number;
  /** How connections are spread. */
  balance: Policy;
  /** 0 to 1, the same row of numbers for the same seed. */
  random: () => number;
  /** To be told of each round that is done. */
  progress: (round: number) => void;
}

export interface Outcome {
  /** What became of the requests, where there were any. */
  counts: Counts | undefined;
  /** What is not as promised, in words. */
  wrong: string[];
}

/** The name of a scenario under a policy. */
export function inFull(name: string, balance: Policy): string {
  return balance === "shared" ? name : `${name} (${balance})`;
}

/** The outcome of a load: everything but ok, and what is allowed, is 0; and whatever else was found wrong. */
export function outcome(counts: Counts, wrong: string[], allowed: readonly Column[] = []): Outcome {
  return { counts, wrong: [...wrong, ...wrongWith(counts, allowed)] };
}

/** A row of numbers from a seed (mulberry32, of the public domain), so that a run can be had again. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
