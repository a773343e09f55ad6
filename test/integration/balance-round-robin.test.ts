// "round-robin": in turn, at every kind of server and address; behind chosen proxies; past nodes that stand still or die.
import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import type { Status } from "multi-node";
import { type Asking, ask, greeted, request, type Said, say } from "../helpers/clients/balanced.js";
import { clients } from "../helpers/clients/server-kinds.js";
import { eventually } from "../helpers/deadline.js";
import { getOver } from "../helpers/http.js";
import { type Member, Service } from "../helpers/service.js";
import { V4, V6, version1, version2 } from "../unit/balance/proxy-writer.js";

const TURN = ["master", "node-1", "node-2"];
const PROXY = "127.0.0.2";
const OTHER_PROXY = "127.0.1.7";
const V1 = version1("PROXY TCP4 192.0.2.7 198.51.100.1 4711 443");
const KINDS = Object.keys(clients);

test("round-robin, with masterListen and some trusted proxies", async (t) => {
  const service = await Service.start(t, "balance-service.js", {
    nodes: 2,
    masterListen: true,
    balance: "round-robin",
    proxyProtocol: [PROXY, "127.0.1.0/24"],
    more: [...KINDS, "path", "limited", "told https"],
  });
  const [master, one, two] = await service.members("master", "node-1", "node-2");
  const port = portIn((await service.program.first("ready"))["address"]);
  const addresses = await master.do<Record<string, unknown>>("addresses");
  const asked = (options?: Asking): Promise<Said> => ask(port, options);

  await t.test("each in turn", async () => {
    const ids: string[] = [];
    for (let count = 0; count < 6; count++) ids.push((await asked()).id);
    const start = TURN.indexOf(ids[0] ?? "");
    assert.deepEqual(
      ids,
      ids.map((_, index) => TURN[(start + index) % 3]),
    );
  });

  for (const kind of KINDS) {
    await t.test(`every process answers with a server of ${kind}`, async () => {
      const pids = new Set<string>();
      for (let count = 0; count < 3; count++) pids.add((await clients[kind]?.(portIn(addresses[kind]))) ?? "");
      assert.deepEqual(pids, new Set([master, one, two].map(({ pid }) => String(pid))));
    });
  }

  await t.test("every process answers at a path", async () => {
    const path = join(service.program.folder, "service.sock");
    assert.equal(addresses["path"], path);
    const ids = new Set<string>();
    for (let count = 0; count < 3; count++) ids.add((JSON.parse((await getOver(path)).body) as Said).id);
    assert.deepEqual(ids, new Set(TURN));
  });

  await t.test("a server's maxConnections holds for each process", async () => {
    const limited = portIn(addresses["limited"]);
    const held = await greeted(limited, 3);
    assert.deepEqual(new Set(held.map(({ id }) => id)), new Set(TURN));
    assert.equal(await say(limited, ""), "");
    for (const { socket } of held) socket.destroy();
  });

  for (const secure of [false, true]) {
    await t.test(`a proxy's client is the client of http${secure ? "s" : ""}, in every process`, async () => {
      const at = secure ? portIn(addresses["told https"]) : port;
      for (const [before, address, remotePort, family] of [
        [V1, "192.0.2.7", 4711, "IPv4"],
        [version2(0x21, 0x11, V4), "192.0.2.1", 1234, "IPv4"],
        [version2(0x21, 0x21, V6), "2001:db8::1", 65_535, "IPv6"],
      ] as const) {
        const ids = new Set<string>();
        for (const from of [PROXY, OTHER_PROXY, PROXY]) {
          const said = await ask(at, { before, from, secure });
          assert.deepEqual([said.remoteAddress, said.remotePort, said.remoteFamily], [address, remotePort, family]);
          ids.add(said.id);
        }
        assert.deepEqual(ids, new Set(TURN));
      }
    });
  }

  await t.test("a proxy that speaks for itself is its own client", async () => {
    const said = await asked({ before: version1("PROXY UNKNOWN"), from: PROXY });
    assert.equal(said.remoteAddress, PROXY);
  });

  await t.test("others than the proxies are clients themselves, and a header of theirs is none", async () => {
    assert.equal((await asked()).remoteAddress, "127.0.0.1");
    assert.equal((await asked({ from: "127.0.2.7" })).remoteAddress, "127.0.2.7");
    assert.match(await say(port, request("/"), { before: V1 }), /^HTTP\/1.1 400 /);
  });

  await t.test("what a proxy sends without a header is closed unanswered, and counted", async () => {
    assert.deepEqual(await closedAndWaiting(), [0, 0]);
    assert.equal(await say(port, request("/"), { from: PROXY }), "");
    assert.equal(await say(port, request("/"), { from: PROXY, before: "PROXY TCP4 192.0.2.7\r\n" }), "");
    assert.deepEqual(await closedAndWaiting(), [2, 0]);

    async function closedAndWaiting(): Promise<unknown[]> {
      const { accepted } = await statusOf(one);
      return [accepted?.malformed, accepted?.waiting];
    }
  });

  await t.test("for a node that stands still one connection waits, and is answered when it goes on", async () => {
    two.kill("SIGSTOP");
    const answered: Said[] = [];
    const asking = Array.from({ length: 9 }, async () => void answered.push(await asked()));
    await eventually(() => answered.length === 8, "all but one are answered");
    assert.deepEqual(new Set(answered.map(({ id }) => id)), new Set(["master", "node-1"]));
    assert.deepEqual((await statusOf(master)).accepted?.waiting, 1);
    two.kill("SIGCONT");
    await Promise.all(asking);
    assert.equal(answered.at(-1)?.id, "node-2");
  });

  await t.test("what a node has not taken when it dies is answered by the next one", async () => {
    one.kill("SIGSTOP");
    const answered: Said[] = [];
    const asking = Array.from({ length: 3 }, async () => void answered.push(await asked()));
    await eventually(() => answered.length === 2, "all but one are answered");
    one.kill("SIGKILL");
    await Promise.all(asking);
    assert.deepEqual(answered.filter(({ id }) => id === "node-1").length, 0);
  });

  await service.program.stop();
});

function portIn(address: unknown): number {
  return (address as AddressInfo).port;
}

function statusOf(member: Member): Promise<Status> {
  return member.do<Status>("status");
}
