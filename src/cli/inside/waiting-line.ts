// What a terminal shows while something takes its time: one line that goes away again.
import { printable } from "../../printable.js";

const SECOND_MS = 1_000;
const CLEAR_LINE = "\r\x1b[K";

/** Shows what `text` gives for the seconds that have passed, on standard error if that is a terminal. */
export async function whileShowing<Value>(text: (seconds: number) => string, wait: Promise<Value>): Promise<Value> {
  if (!process.stderr.isTTY) return wait;
  const begun = Date.now();
  const show = (): void => {
    process.stderr.write(`${CLEAR_LINE}${printable(text(Math.round((Date.now() - begun) / SECOND_MS)))}`);
  };
  show();
  const timer = setInterval(show, SECOND_MS);
  try {
    return await wait;
  } finally {
    clearInterval(timer);
    process.stderr.write(CLEAR_LINE);
  }
}
