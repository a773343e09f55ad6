// Whether this process is a node, asked once: the master says so in the environment, from which it is removed.
import { BOOT_VARIABLE, type Boot } from "../protocol.js";

/** What the master told this process, `undefined` when no master started it. */
export const boot: Boot | undefined = readBoot();

function readBoot(): Boot | undefined {
  const text = process.env[BOOT_VARIABLE];
  delete process.env[BOOT_VARIABLE];
  if (text === undefined || process.send === undefined) return undefined;
  const told = JSON.parse(text) as Boot;
  return told.master === process.ppid ? told : undefined;
}
