// Deadlines of tests: the one place where a test looks at the clock, so that what never happens fails instead of hanging.
import { availableParallelism, loadavg } from "node:os";

/** Milliseconds that anything in a test may take on a machine that does nothing else. */
const DEADLINE = 30_000;

/** The promise's value, or an error that names what did not happen in time; a busy machine has more of it. */
export async function within<Value>(
  promise: Promise<Value>,
  what: string | (() => string),
  ms: number = DEADLINE,
): Promise<Value> {
  const start = Date.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const look = (): void => {
      const left = start + limit(ms) - Date.now();
      if (left > 0) timer = setTimeout(look, left);
      else reject(lateError(start, what));
    };
    timer = setTimeout(look, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when the condition, asked again and again, holds: for what the system does without telling. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  what: string | (() => string),
): Promise<void> {
  const start = Date.now();
  while (!(await condition())) {
    if (Date.now() > start + limit(DEADLINE)) throw lateError(start, what);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** `ms` milliseconds, or as many times more as there are processes for each core that want to run. */
export function limit(ms: number = DEADLINE): number {
  const [lastMinute = 0] = loadavg();
  return Math.ceil(ms * Math.max(1, lastMinute / availableParallelism()));
}

function lateError(start: number, what: string | (() => string)): Error {
  return new Error(`not within ${Date.now() - start} ms: ${typeof what === "string" ? what : what()}`);
}
