// The file beside a control socket that says whose it is: so that a master is found also while it does not answer.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Info } from "./commands.js";

const CARD = "service.json";

export function writeCard(folder: string, info: Info): void {
  writeFileSync(join(folder, CARD), `${JSON.stringify(info)}\n`, { mode: 0o600 });
}

/** What the file says; `undefined` where there is none, or none of ours. */
export function readCard(folder: string): Info | undefined {
  try {
    const card: unknown = JSON.parse(readFileSync(join(folder, CARD), "utf8"));
    return isInfo(card) ? card : undefined;
  } catch {
    return undefined;
  }
}

function isInfo(value: unknown): value is Info {
  const { protocol, version, name, pid, uid, script, cwd, since } = Object(value) as Partial<Record<string, unknown>>;
  return (
    [protocol, pid, uid, since].every((part) => typeof part === "number") &&
    [version, name, script, cwd].every((part) => typeof part === "string")
  );
}
