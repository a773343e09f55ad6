// One large job in many parts, each for the least busy process. A part whose process dies is given to another.

import { createServer } from "node:http";
import { setImmediate } from "node:timers/promises";
import { listen, NoHandlerError, PeerGoneError } from "multi-node";

const PARTS = 16;
const MOST_TRIES = 5;
const { PORT: port = "8000", HOST: host = "127.0.0.1" } = process.env;

const server = createServer((request, response) => {
  const below = Number(new URL(request.url, "http://localhost").searchParams.get("below"));
  if (below >= PARTS && below <= 1e7) answer(below, response).catch((error) => response.destroy(error));
  else response.writeHead(400).end("curl …/?below=1000000\n");
});
const nodes = listen({ port, host, nodes: 4 }, server);

const announce = () => console.log(`jobs: http://${host}:${nodes.address().port}/?below=1000000`);
if (nodes.isMaster) nodes.ready.then(announce, () => {});
else nodes.handle("count primes", countPrimes);

async function answer(below, response) {
  await nodes.ready;
  const size = Math.ceil(below / PARTS);
  const parts = Array.from({ length: PARTS }, (_, n) => ({ from: n * size, to: Math.min(below, (n + 1) * size) }));
  // Who has gone away wants no answer: what is still being counted is given up.
  const watch = new AbortController();
  response.on("close", () => watch.abort());
  const counts = await Promise.all(parts.map((part) => handOut(part, watch.signal)));
  const primes = counts.reduce((sum, count) => sum + count.primes, 0);
  response.end(`${JSON.stringify({ primes, asked: process.pid, nodes: counts.map(({ node }) => node) })}\n`);
}

/** Again where nothing has run, or where its process died: counting twice does no harm. */
async function handOut(part, signal, tries = 1) {
  try {
    return await nodes.call("any", "count primes", part, { signal });
  } catch (error) {
    const again = error instanceof PeerGoneError || error instanceof NoHandlerError;
    if (!again || tries === MOST_TRIES) throw error;
    return handOut(part, signal, tries + 1);
  }
}

/** Lets other work have its turn, so that this process still serves, and hears when nobody waits any more. */
async function countPrimes({ from, to }, { signal }) {
  let primes = 0;
  for (let n = from; n < to; n++) {
    if (n % 10_000 === 0) await setImmediate();
    if (signal.aborted) break;
    if (isPrime(n)) primes++;
  }
  return { primes, node: nodes.id };
}

function isPrime(n) {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return n > 1;
}
