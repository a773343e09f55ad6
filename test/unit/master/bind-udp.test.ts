// A UDP address that the master binds: with what the program asked for, or an error that says why not.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { bindUdp } from "#src/master/bind-udp.js";
import { UdpFlag, type UdpAddress } from "#src/port-options.js";
import type { SocketAddress } from "#src/protocol.js";

test("a free port is bound, and told as one of UDP", (t) => {
  const { address, port, transport } = bind(t, {});
  assert.deepEqual([address, transport], ["127.0.0.1", "udp"]);
  assert.ok(port > 0);
});

test("ipv6Only leaves IPv4 to others, without it nobody else has that", async (t) => {
  for (const flags of [UdpFlag.ipv6Only, 0]) {
    const held = bind(t, { type: "udp6", address: "::", flags });
    const other = createSocket("udp4");
    t.after(() => other.close());
    other.bind(held.port);
    const heard = await Promise.race([once(other, "listening").then(() => "bound"), once(other, "error")]);
    assert.equal(Array.isArray(heard) ? heard[0].code : heard, flags === 0 ? "EADDRINUSE" : "bound");
  }
});

test("an address that cannot be had is an error that names it", (t) => {
  const { port } = bind(t, {});
  assert.throws(() => bind(t, { port }), {
    code: "MN_ERR_PORT_IN_USE",
    message: `UDP port ${port} of 127.0.0.1 is in use by another program; end that one or choose another`,
  });
  assert.throws(() => bind(t, { address: "203.0.113.9" }), { code: "MN_ERR_BIND", message: /EADDRNOTAVAIL$/ });
});

test("an address is bound several times where each asks for that", (t) => {
  const { port } = bind(t, { flags: UdpFlag.reuseAddress });
  bind(t, { port, flags: UdpFlag.reuseAddress });
});

function bind(t: TestContext, wanted: Partial<UdpAddress>): SocketAddress {
  const bound = bindUdp({ udp: { type: "udp4", address: "127.0.0.1", port: 0, flags: 0, ...wanted } });
  t.after(() => bound.handle.close());
  return bound.address;
}
