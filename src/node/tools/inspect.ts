// The inspector of this process, for debuggers on the same machine: open as long as somebody has asked for it.
import { close, open, url } from "node:inspector";

/** How many have asked for it and not ended that. */
let users = 0;
/** The address of the inspector that was opened here; one that the program opened is not closed here. */
let opened: string | undefined;

/** An inspector that is open already stays as it is. */
export function openInspector(): { url: string } {
  if (url() === undefined) {
    open(0, "127.0.0.1");
    opened = url();
  }
  const address = url();
  if (address === undefined) throw new Error("the inspector does not open");
  users += 1;
  return { url: address };
}

/** Closes the inspector with its last user; debuggers are disconnected, and a program stopped at a breakpoint runs on. */
export function endInspection(): void {
  users = Math.max(0, users - 1);
  if (users > 0 || opened === undefined) return;
  if (url() === opened) close();
  opened = undefined;
}
