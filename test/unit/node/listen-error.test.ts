// The error of a place that cannot be had: in every part the one that Node gives where it binds itself.
import assert from "node:assert/strict";
import { once } from "node:events";
import net, { type AddressInfo, type ListenOptions } from "node:net";
import { test } from "node:test";
import { BindError, MultiNodeError } from "#src/errors.js";
import type { Query } from "#src/node/cluster-seam.js";
import { listenError } from "#src/node/listen-error.js";
import { RefusedError } from "#src/node/node-sockets.js";

const QUERY: Query = { address: null, port: 8000, addressType: 4 };

test("it is Node's own, place by place", async (t) => {
  const occupied = net.createServer().listen(0);
  await once(occupied, "listening");
  t.after(() => occupied.close());
  const { port } = occupied.address() as AddressInfo;
  const cases: [ListenOptions & { fd?: number }, Partial<Query>, string][] = [
    [{ port }, { port }, "EADDRINUSE"],
    [{ port, host: "127.0.0.1" }, { port, address: "127.0.0.1" }, "EADDRINUSE"],
    [{ port: 1, host: "203.0.113.1" }, { port: 1, address: "203.0.113.1" }, "EADDRNOTAVAIL"],
    [{ port: 0, host: "203.0.113.1" }, { port: 0, address: "203.0.113.1" }, "EADDRNOTAVAIL"],
    [{ path: "/nowhere/a.sock" }, { port: -1, address: "/nowhere/a.sock" }, "ENOENT"],
    [{ path: "/" }, { port: -1, address: "/" }, "EADDRINUSE"],
    [{ fd: 99 }, { port: null as never, fd: 99 }, "EBADF"],
  ];
  for (const [place, query, system] of cases) {
    const server = net.createServer().listen(place);
    const [expected] = (await once(server, "error")) as [Error];
    const error = listenError({ ...QUERY, ...query }, refusal(system));
    assert.deepEqual(partsOf(error), partsOf(expected));
  }
});

test("without an address, a port that this user may not have is one of IPv4", () => {
  const error = listenError(QUERY, refusal("EACCES"));
  assert.equal(error.message, "listen EACCES: permission denied 0.0.0.0:8000");
});

test("a place that this process has already is in use", () => {
  const error = listenError(QUERY, new BindError("MN_ERR_PORT_IN_USE", "this service listens there already"));
  const message = "listen EADDRINUSE: address already in use :::8000";
  const parts = { message, code: "EADDRINUSE", errno: -98, syscall: "listen", address: "::", port: 8000 };
  assert.deepEqual(partsOf(error), parts);
});

test("what is no error of the system's is none that a program could know", () => {
  const error = listenError(QUERY, new MultiNodeError("MN_ERR_CLOSED", "the master is gone"));
  assert.equal((error as NodeJS.ErrnoException).code, "EINVAL");
});

/** All that a program may look at. */
function partsOf(error: Error): object {
  return { message: error.message, ...(error as object) };
}

function refusal(system: string): RefusedError {
  return new RefusedError({ code: "MN_ERR_BIND", message: "it cannot be had", system, ours: [] });
}
