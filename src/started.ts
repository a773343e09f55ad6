// When this process started.

/** Milliseconds since the epoch. */
export function startOfProcess(): number {
  return Math.round(Date.now() - process.uptime() * 1_000);
}
