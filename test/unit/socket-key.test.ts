// The names that mean the same held socket in every process.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkPortOptions, type NamedPort, type PortOptions } from "#src/port-options.js";
import { Ports } from "#src/serve/ports.js";
import { socketKey } from "#src/socket-key.js";

const host = fc.option(fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain(), fc.constant("localhost")), { nil: undefined });
const tcpPort = fc.record({ port: fc.nat(65_535), host, ipv6Only: fc.boolean() });
const path = fc.record({ path: fc.string({ minLength: 1 }) });
const port: fc.Arbitrary<NamedPort> = fc
  .oneof(tcpPort, path)
  .map((options) => checkPortOptions(options as PortOptions));

test("each address has its name", () => {
  assert.equal(socketKey(checkPortOptions({ port: 80 }), 0), "tcp:*:80");
  for (const spelt of ["::1", "0:0:0:0:0:0:0:1", "0::0001"]) {
    assert.equal(socketKey(checkPortOptions({ port: 80, host: spelt }), 0), "tcp:::1:80");
  }
  assert.equal(socketKey(checkPortOptions({ port: 80, ipv6Only: true }), 0), "tcp:*!6:80");
  assert.equal(socketKey(checkPortOptions({ port: 0 }), 0), "tcp:*:0#1");
  assert.equal(socketKey(checkPortOptions({ port: 0 }), 4), "tcp:*:0#5");
  assert.equal(socketKey(checkPortOptions({ path: "/run/a" }), 3), "path:/run/a");
});

test("property: two sockets share a name only if they are one", () => {
  const asked = fc.tuple(port, fc.nat(20));
  fc.assert(
    fc.property(asked, asked, ([a, beforeA], [b, beforeB]) => {
      const same = socketKey(a, beforeA) === socketKey(b, beforeB);
      assert.equal(same, identity(a, beforeA) === identity(b, beforeB));
    }),
    { numRuns: 2_000 },
  );
});

test("property: the same program names the same sockets in every process, each once", () => {
  const few = fc.oneof(
    port,
    fc.constantFrom(...[{ port: 0 }, { port: 80 }, { port: 0, host: "::1" }].map(checkPortOptions)),
  );
  fc.assert(
    fc.property(fc.array(few, { maxLength: 12 }), (asked) => {
      const [master, node] = [claimAll(asked), claimAll(asked)];
      assert.deepEqual(master, node);
      const claimed = master.filter((key) => key !== "in use");
      assert.equal(new Set(claimed).size, claimed.length);
    }),
  );
});

/** What makes two sockets one, told apart by JSON. */
function identity(wanted: NamedPort, freePortsBefore: number): string {
  if ("path" in wanted) return JSON.stringify([wanted.path]);
  const { port: number, host: name = null, ipv6Only } = wanted;
  return JSON.stringify([number, name, ipv6Only, number === 0 ? freePortsBefore : 0]);
}

function claimAll(asked: NamedPort[]): string[] {
  const ports = new Ports();
  return asked.map((wanted) => {
    try {
      return ports.claim(wanted);
    } catch {
      return "in use";
    }
  });
}
