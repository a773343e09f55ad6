// What a process listens on: each address once, any number of free ports, and what is known of each.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPortOptions, type PortOptions } from "#src/port-options.js";
import { describe, Ports } from "#src/serve/ports.js";

test("an address is taken once", () => {
  for (const options of [{ port: 80 }, { port: 80, host: "::1" }, { path: "/run/web.sock" }]) {
    const ports = new Ports();
    const key = ports.claim(checkPortOptions(options));
    assert.throws(() => ports.claim(checkPortOptions({ ...options, backlog: 7 })), {
      name: "BindError",
      code: "MN_ERR_PORT_IN_USE",
      message: /^(port 80|port 80 of ::1|path \/run\/web\.sock): this service listens there already$/,
    });
    assert.deepEqual(ports.keys, [key]);
  }
});

test("free ports are counted, for each host by itself", () => {
  const ports = new Ports();
  const claim = (options: PortOptions): string => ports.claim(checkPortOptions(options));
  const keys = [
    claim({ port: 0 }),
    claim({ port: 0, host: "::1" }),
    claim({ port: 0 }),
    claim({ port: 0, host: "::1" }),
  ];
  assert.deepEqual(keys, ["tcp:*:0#1", "tcp:::1:0#1", "tcp:*:0#2", "tcp:::1:0#2"]);
  assert.deepEqual(ports.keys, keys);
});

test("the address of a socket is known once it is bound, to those who asked before too", () => {
  const ports = new Ports();
  const key = ports.claim(checkPortOptions({ port: 0 }));
  const listener = ports.listener(key);
  assert.equal(listener.address(), null);
  assert.equal(ports.address(key), null);
  const address = { address: "::", family: "IPv6", port: 49_152 };
  ports.know({ key, address });
  assert.deepEqual(listener.address(), address);
  assert.equal(ports.address("tcp:*:81"), null);
});

test("an address is described as a person would", () => {
  assert.equal(describe(checkPortOptions({ port: 80 })), "port 80");
  assert.equal(describe(checkPortOptions({ port: 80, host: "::1" })), "port 80 of ::1");
  assert.equal(describe(checkPortOptions({ path: "/run/web.sock" })), "path /run/web.sock");
});
