// What every peer answers, whatever runs it.

const HELLO = "Hello from one of many processes that serve the same port.".padEnd(99, ".").concat("\n");

const BIG = Buffer.alloc(1024 * 1024, "0123456789abcdef");

const BLOCKED_MS = 60;
const never = new Int32Array(new SharedArrayBuffer(4));

/** The body for a path: 100 bytes, or 1 MiB. */
export function bodyFor(path) {
  if (path === "/block") block();
  return path === "/big" ? BIG : HELLO;
}

/** The event loop stands still, and the core is free for the others: a loop that counts would measure the cores. */
function block() {
  Atomics.wait(never, 0, 0, BLOCKED_MS);
}
