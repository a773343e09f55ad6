// The file beside a control socket that says whose it is: so that a master is found also while it does not answer.
import { readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Info } from "./commands.js";

const CARD = "service.json";

/** Throws where there is no room for it; then nothing of it stays. */
export function writeCard(folder: string, info: Info): void {
  const path = join(folder, CARD);
  try {
    writeFileSync(path, `${JSON.stringify(info)}\n`, { mode: 0o600 });
  } catch (error) {
    discard(path);
    throw error;
  }
}

function discard(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was not even begun.
  }
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
