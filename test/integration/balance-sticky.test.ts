// "sticky": a client's connections go to one place, by its address or by what its requests say, through reloads too.
import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { Status } from "multi-node";
import { type Asking, answersIn, ask, request, say } from "../helpers/clients/balanced.js";
import { type Member, Service } from "../helpers/service.js";
import { addresses, version1, version2 } from "../unit/balance/proxy-writer.js";

const NODES = 2;
const KEYS = Array.from({ length: 8 }, (_, index) => `client-${index}`);
const ADDRESSES = KEYS.map((_, index) => `192.0.2.${index}`);
const NOBODY = { octets: [198, 51, 100, 1], port: 443 };

test("sticky by a key of the request, else by the address, behind a proxy", async (t) => {
  const options = { nodes: NODES, byKey: true, proxyProtocol: true, more: ["told https"] };
  const service = await Service.start(t, "balance-service.js", options);
  const master = await service.member("master");
  const port = ((await service.program.first("ready"))["address"] as AddressInfo).port;
  const { "told https": securely } = await master.do<{ "told https": AddressInfo }>("addresses");
  const idOf = async (options: Asking, url = "/", headers: string[] = []): Promise<string> =>
    (await ask(port, options, url, headers)).id;

  await t.test("a client's address decides, whatever its port, in either version of the header", async () => {
    const ids = await each(ADDRESSES, (address) => idOf({ before: v1(address, 1) }));
    assert.deepEqual(await each(ADDRESSES, (address) => idOf({ before: v1(address, 2) })), ids);
    assert.deepEqual(await each(ADDRESSES, (address) => idOf({ before: v2(address, 3) })), ids);
    assert.ok(new Set(ids).size > 1, "clients are spread");
  });

  await t.test("the first half of an IPv6 address decides", async () => {
    const nets = KEYS.map((_, index) => `2001:db8:0:${index}`);
    const ids = await each(nets, (net) => idOf({ before: v6(`${net}::1`) }));
    assert.deepEqual(await each(nets, (net) => idOf({ before: v6(`${net}:dead:beef:0:7`) })), ids);
    assert.ok(new Set(ids).size > 1, "clients are spread");
  });

  const byKey = {
    cookie: (key: string, options: Asking) => idOf(options, "/", [`Cookie: theme=dark; sid=${key}`]),
    header: (key: string, options: Asking) => idOf(options, "/", [`X-Client: ${key}`]),
    query: (key: string, options: Asking) => idOf(options, `/?theme=dark&sid=${key}`),
  };
  const owners = await each(KEYS, (key) => byKey.query(key, { before: v1("192.0.2.200", 1) }));
  for (const [how, idOfKey] of Object.entries(byKey)) {
    await t.test(`a ${how} decides, wherever the client is, and however the request is cut`, async () => {
      const ids = await each(KEYS, (key, index) => {
        return idOfKey(key, { before: v1(ADDRESSES[index] ?? "", 1), pieces: 1 + 8 * index });
      });
      assert.deepEqual(ids, owners);
      assert.ok(new Set(ids).size > 1, "clients are spread");
    });
  }

  await t.test("what was read is not lost: a body arrives whole, and requests behind it are answered", async () => {
    const body = Array.from({ length: 50_000 }, (_, index) => String.fromCharCode(index % 256)).join("");
    const first = request("/?sid=ann", [], body);
    for (const pieces of [1, 5]) {
      const text = first + request("/second") + request("/third?sid=bob", ["Connection: close"], "more");
      const answers = answersIn(await say(port, text, { before: v1("192.0.2.1", 1), pieces }));
      assert.deepEqual(
        answers.map(({ id, url, body: { length } }) => [id, url, length]),
        [
          [owners[0], "/?sid=ann", body.length],
          [owners[0], "/second", 0],
          [owners[0], "/third?sid=bob", 4],
        ],
      );
      assert.equal(answers[0]?.body, body);
    }
  });

  await t.test("through TLS nothing can be read, so the address decides", async () => {
    const plain = await each(ADDRESSES, (address) => idOf({ before: v1(address, 1) }));
    const secure = await each(ADDRESSES, async (address) => {
      return (await ask(securely.port, { before: v1(address, 1), secure: true }, "/?sid=ann")).id;
    });
    assert.deepEqual(secure, plain);
  });

  await t.test("a reload leaves each client at its place", async () => {
    const before = await placesOf(master, owners);
    await master.do("reload");
    const ids = await each(KEYS, (key) => idOf({ before: v1("192.0.2.1", 1) }, `/?sid=${key}`));
    assert.ok(
      ids.every((id) => !owners.includes(id)),
      "all are replaced",
    );
    assert.deepEqual(await placesOf(master, ids), before);
  });

  await service.program.stop();
});

function each<Item, Value>(items: Item[], action: (item: Item, index: number) => Promise<Value>): Promise<Value[]> {
  return Promise.all(items.map(action));
}

const placesSeen = new Map<string, number>();

/** The places of nodes, of those that are gone too. */
async function placesOf(master: Member, ids: string[]): Promise<(number | undefined)[]> {
  for (const { id, place } of (await master.do<Status>("status")).nodes) placesSeen.set(id, place);
  return ids.map((id) => placesSeen.get(id));
}

function v1(address: string, port: number): Buffer {
  return version1(`PROXY TCP4 ${address} 198.51.100.1 ${port} 443`);
}

function v2(address: string, port: number): Buffer {
  return version2(0x21, 0x11, addresses({ octets: address.split(".").map(Number), port }, NOBODY));
}

function v6(address: string): Buffer {
  return version1(`PROXY TCP6 ${address} 2001:db8::1 4711 443`);
}
