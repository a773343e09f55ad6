// A port that can be had by its number.
import { createServer } from "node:net";

/** Below those that the system gives out on most machines: see /proc/sys/net/ipv4/ip_local_port_range. */
const LEAST = 10_000;
const COUNT = 20_000;

/**
 * A TCP port that nobody has. One of those that the system gives to connections and for port 0 might be a connection's of
 * another test a moment later.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LEAST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once("error", () => resolve(false));
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
