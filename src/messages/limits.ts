// How many of each kind one process may have, so that no peer can make another one hold any number of them.
import { UsageError } from "../errors.js";

/** Channels that are open in one process. */
export const MOST_CHANNELS = 131_072;
/** Names of calls that one process handles. */
export const MOST_HANDLERS = 65_536;
/** Calls of one process to another that are in progress. */
export const MOST_CALLS = 131_072;

/** The error for one that the program itself asks for. */
export function tooMany(most: number, what: string, advice: string): UsageError {
  return new UsageError("MN_ERR_TOO_MANY", `this process has ${most} ${what}, which are as many as it may: ${advice}`);
}
