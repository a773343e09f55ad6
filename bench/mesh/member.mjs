// A measured process' side of the line to the bench: says when it is ready, then does the tasks that it is asked for.

import { connect } from "node:net";
import { createInterface } from "node:readline";
import { makeTasks } from "./tasks.mjs";

/** How many members the service has. */
export const members = Number(process.env.BENCH_MEMBERS);

/** Which of them this process is, where the bench has said so. */
export const ownIndex = Number(process.env.BENCH_MEMBER);

/**
 * Makes this process a member of the service that is measured.
 * @param index 1 to `members`
 * @param transport `{ values, join }`, see makeTasks
 * @param onEnd called when the bench has no more to ask, or is gone
 */
export async function beMember(index, transport, onEnd = () => process.exit()) {
  const line = openLine(onEnd);
  const send = (message) => line.write(`${JSON.stringify(message)}\n`);
  try {
    const tasks = await makeTasks(index, members, transport);
    createInterface(line).on("line", (text) => void answer(JSON.parse(text), tasks, send));
    send({ type: "ready", index, pid: process.pid });
  } catch (error) {
    send({ type: "failed", message: `member ${index}: ${error.message}` });
  }
}

/** For a process that only has to end with the bench. */
export function openLine(onEnd) {
  const line = connect(process.env.BENCH_CONTROL);
  line.on("error", () => {});
  line.on("close", onEnd);
  line.resume();
  return line;
}

async function answer({ id, task, details }, tasks, send) {
  try {
    send({ type: "answer", id, result: await tasks[task](details) });
  } catch (error) {
    send({ type: "answer", id, error: error.message });
  }
}
