// Connections to the bench's own Redis server: it is there before its clients, and when it goes all is over.

import { Redis } from "ioredis";

export function connectRedis() {
  const redis = new Redis({ path: process.env.BENCH_SOCKET, retryStrategy: () => null });
  // Commands that fail say so themselves.
  redis.on("error", () => {});
  return redis;
}

/** For a bench that was killed and cannot stop its server. Ends this process, too. */
export async function shutDownRedis() {
  try {
    await connectRedis().shutdown("NOSAVE");
  } catch {
    // The connection ends without an answer, or the server is gone already.
  }
  process.exit();
}
