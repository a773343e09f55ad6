// How a node ended, in a few words. Pure.
import type { NodeExit } from "../../index.js";
import { printable } from "../../printable.js";

/** Of where it hung: the rest is how Node came there. */
const FRAMES = 3;

/** `hung`, `not ready in time`, `SIGKILL`, `code 1`, `drained`. */
export function shortEnd({ reason, code, signal }: NodeExit): string {
  if (reason === "hung") return "hung";
  if (reason === "not-ready") return "not ready in time";
  if (reason === "drained") return signal === null ? "drained" : `drained, ${signal}`;
  if (signal !== null) return signal;
  return code === null ? "not started" : `code ${code}`;
}

/** The last error that it wrote, or where it hung, on one line; `undefined` where nothing is known. */
export function lastWords({ lastError, reason }: NodeExit): string | undefined {
  if (lastError === undefined) return undefined;
  const lines = lastError.split("\n").map((line) => printable(line).trim());
  const told = lines.filter((line) => line !== "");
  return told.slice(0, reason === "hung" ? FRAMES : undefined).join(" < ") || undefined;
}
