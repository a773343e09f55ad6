// Whether this process is a node, asked once: the master says so in the environment, from which it is removed.
import { isAlive } from "../alive.js";
import { noteOwnTicketKeys } from "../serve/own-ticket-keys.js";
import { BOOT_VARIABLE, type Boot } from "../protocol.js";

/** What the master told this process; "orphan" if that master is dead; `undefined` when no master started it. */
export const boot: Boot | "orphan" | undefined = readBoot();

if (typeof boot === "object") noteOwnTicketKeys();

function readBoot(): Boot | "orphan" | undefined {
  const text = process.env[BOOT_VARIABLE];
  delete process.env[BOOT_VARIABLE];
  if (text === undefined) return undefined;
  const told = parse(text);
  if (told === undefined) return undefined;
  // A child of a node that inherited the variable has another parent, or no channel, and the master lives.
  if (!isAlive(told.master)) return "orphan";
  return told.master === process.ppid && process.send !== undefined ? told : undefined;
}

function parse(text: string): Boot | undefined {
  try {
    const told = JSON.parse(text) as Boot;
    return Number.isInteger(told.master) ? told : undefined;
  } catch {
    return undefined;
  }
}
