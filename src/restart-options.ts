// How often nodes may die, and what follows when they die more often.
import { check, deathsOrOff, type Rule, timeout } from "./option-rules.js";

/** How often nodes may die, as OTP's supervisors have it: more than `intensity` deaths within `period` are too many. */
export interface RestartOptions {
  /** How many deaths are borne within `period`, at most 100 000; 0: any number. Default: 0. */
  intensity?: number;
  /** Milliseconds. Default: 60 000. */
  period?: number;
  /** What follows when there were more: the master ends with exit code 1, or waits longer before each start. Default: "back-off". */
  beyond?: "give-up" | "back-off";
}

const restartRules: Record<keyof RestartOptions, Rule> = {
  intensity: deathsOrOff,
  period: timeout,
  beyond: { takes: '"give-up" or "back-off"', accepts: (value) => value === "give-up" || value === "back-off" },
};

/**
 * Checks these options and fills in the defaults.
 * @throws UsageError MN_ERR_OPTION
 */
export function completeRestart(options: RestartOptions): Required<RestartOptions> {
  check(options, restartRules, "restart.");
  const { intensity = 0, period = 60_000, beyond = "back-off" } = options;
  return { intensity, period, beyond };
}
