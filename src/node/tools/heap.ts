// What the memory of this process holds, as .heapsnapshot: Chrome DevTools shows it.
import type { ToolHost } from "./host.js";
import { type Write, type Written, writeNewFile } from "./new-file.js";
import { withSession } from "./session.js";

/** Stops the event loop for as long as it takes: seconds for each GiB. */
export function writeHeapSnapshot(path: string, { standStill }: Pick<ToolHost, "standStill">): Promise<Written> {
  return writeNewFile(path, (write) => standStill(() => takeSnapshot(write)));
}

/** V8 hands the snapshot out piece by piece, each written at once: it is about as large as the heap itself. */
function takeSnapshot(write: Write): Promise<void> {
  return withSession(async (post, session) => {
    let failure: Error | undefined;
    session.on("HeapProfiler.addHeapSnapshotChunk", ({ params }) => {
      try {
        if (failure === undefined) write(params.chunk);
      } catch (error) {
        failure = error as Error;
      }
    });
    await post("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
    if (failure !== undefined) throw failure;
  });
}
