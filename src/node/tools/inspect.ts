// Opens the inspector of this process, for a debugger on the same machine.
import { open, url } from "node:inspector";

/** An inspector that is open already stays as it is. */
export function openInspector(): { url: string } {
  if (url() === undefined) open(0, "127.0.0.1");
  const address = url();
  if (address === undefined) throw new Error("the inspector does not open");
  return { url: address };
}
