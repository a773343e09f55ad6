// A serving process, or thread, tells the bench that it serves; that it is gone, the end of the line tells.

import { connect } from "node:net";
import { threadId } from "node:worker_threads";

/** Names the process and, where threads serve, the thread. */
export const who = `${process.pid}.${threadId}`;

export function reportIn() {
  const line = connect(process.env.BENCH_CONTROL, () => line.write(`${who}\n`));
  // The bench may end first, and no program is to run on only to hold this line.
  line.on("error", () => {});
  line.unref();
}
