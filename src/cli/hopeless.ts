// Which ends of the first nodes no further start will mend: the command ends at once, and says it in one paragraph.
import { spawnSync } from "node:child_process";
import type { NodeExit } from "../index.js";

/** Why no node of this program will ever serve, or `undefined` where the next start may well come further. */
export function whyHopeless(exit: Pick<NodeExit, "lastError">, script: string): string | undefined {
  const { lastError = "" } = exit;
  const refused = lastError.match(/^Error: listen (?:EADDRINUSE|EACCES): (?:\S+: (?=\w))?(.*)/)?.[1];
  if (refused !== undefined) return `${script} cannot listen: ${refused}`;
  return lastError.startsWith("SyntaxError") ? whyNotCompiled(script, lastError) : undefined;
}

/** Only where it is the program's own file; other texts that cannot be parsed may be others the next time. */
function whyNotCompiled(script: string, lastError: string): string | undefined {
  const checked = spawnSync(process.execPath, ["--check", script], { encoding: "utf8" });
  if (checked.status === 0) return undefined;
  const [place = script] = checked.stderr.split("\n", 1);
  return `the program cannot be compiled: ${lastError} (${place.replace(/^file:\/\//, "")})`;
}
