// The settings as run() takes them.
import type { RunOptions } from "../../index.js";
import type { Given } from "./given.js";

/** The options that somebody has given; all others are left to run(). */
export function runOptionsOf(settled: readonly Given[], script: string): RunOptions {
  const options: Record<string, unknown> = {};
  for (const { setting, value } of settled) {
    // As many as there are CPUs is what run() takes without a number.
    if (value === undefined || setting.option === false || value === "auto") continue;
    put(options, setting.option ?? setting.name, value);
  }
  // Each value has been read by the table's kind for it.
  return { ...options, script };
}

/** `restart.period` goes into the object `restart`. */
function put(options: Record<string, unknown>, name: string, value: unknown): void {
  const [key = "", inner] = name.split(".");
  if (inner === undefined) options[key] = value;
  else options[key] = { ...(options[key] as object | undefined), [inner]: value };
}
