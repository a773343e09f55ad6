// Which bound sockets would take each other's connections.
import assert from "node:assert/strict";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { type TestContext, test } from "node:test";
import { fixedAddressOf, isSame, overlap } from "#src/master/overlap.js";
import { socketKey } from "#src/socket-key.js";
import { checkPortOptions } from "#src/port-options.js";
import { freePort } from "../../helpers/free-port.js";

type Place = [host: string, ipv6Only?: "ipv6Only"];

const PLACES: readonly Place[] = [
  ["0.0.0.0"],
  ["::"],
  ["0:0:0:0:0:0:0:0"],
  ["::", "ipv6Only"],
  ["127.0.0.1"],
  ["127.0.0.2"],
  ["::FFFF:127.0.0.1"],
  ["::ffff:7f00:2"],
  ["::ffff:0.0.0.0"],
  ["0:0::1"],
];
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

for (const one of PLACES) {
  for (const other of PLACES) {
    test(`${one.join(" ")} and ${other.join(" ")}: as the system has it`, { skip: !hasIpv6 }, async (t) => {
      const port = await freePort();
      assert.ok(await listen(t, one, port));
      const second = await listen(t, other, port);
      assert.equal(overlap(infoOf(one, port), infoOf(other, port)), second === undefined);
      assert.equal(overlap(infoOf(one, port), infoOf(other, port + 1)), false);
    });
  }
}

test("the same address is the same socket, however it is spelled, and an IPv4-mapped one is another than its IPv4 address", () => {
  const held = infoOf(["::1"], 80);
  for (const host of ["::1", "0:0:0:0:0:0:0:1", "0::0001"]) assert.ok(isSame(infoOf([host], 80), held), host);
  assert.ok(
    isSame(
      { key: "tcp:*:80", address: fixedAddressOf(checkPortOptions({ port: 80 })) as AddressInfo },
      infoOf(["0::0"], 80),
    ),
  );
  assert.ok(isSame(infoOf(["FE80::1%eth0"], 80), infoOf(["fe80:0::1%eth0"], 80)));
  for (const [one, other] of [
    [infoOf(["::1"], 81), held],
    [infoOf(["::2"], 80), held],
    [infoOf(["::", "ipv6Only"], 80), infoOf(["::"], 80)],
    [infoOf(["fe80::1%eth0"], 80), infoOf(["fe80::1%eth1"], 80)],
    [infoOf(["::ffff:127.0.0.1"], 80), infoOf(["127.0.0.1"], 80)],
    [{ key: "path:a", address: "a" }, held],
  ] as const) {
    assert.equal(isSame(one, other), false, `${one.key} ${other.key}`);
  }
});

test("paths have nothing to do with each other", () => {
  const path = { key: "path:a", address: "a" };
  assert.equal(overlap(path, path), false);
  assert.equal(overlap(path, infoOf(["::"], 80)), false);
  assert.equal(overlap(infoOf(["::"], 80), path), false);
});

function infoOf([host, only]: Place, port: number): { key: string; address: AddressInfo } {
  const asked = checkPortOptions({ port, host, ipv6Only: only !== undefined });
  const family = host.includes(":") ? "IPv6" : "IPv4";
  return { key: socketKey(asked, 0), address: { address: host, family, port } };
}

/** `undefined` where it is in use. */
async function listen(t: TestContext, [host, only]: Place, port: number): Promise<AddressInfo | undefined> {
  const server = net.createServer();
  t.after(() => {
    if (server.listening) server.close();
  });
  try {
    await once(server.listen({ port, host, ipv6Only: only !== undefined }), "listening");
    return server.address() as AddressInfo;
  } catch {
    return undefined;
  }
}
