// The one place where a test looks at the clock: so that what never happens fails instead of hanging.

/** Milliseconds that anything in a test may take, on a machine that is busy with other things. */
const DEADLINE = 30_000;

/** The promise's value, or an error that names what did not happen in time. */
export async function within<Value>(
  promise: Promise<Value>,
  what: string | (() => string),
  ms: number = DEADLINE,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not within ${ms} ms: ${typeof what === "string" ? what : what()}`));
    }, ms);
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
  const end = Date.now() + DEADLINE;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${DEADLINE} ms: ${typeof what === "string" ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
