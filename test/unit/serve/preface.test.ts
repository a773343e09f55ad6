// What is read of a connection before somebody gets it: as much as is wanted, in any chunking, for a time.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type PrefaceOutcome, PrefaceReader, type Wanted } from "#src/serve/preface.js";
import { FakeClient } from "../../helpers/fake-handles.js";

const HEADER = "PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n";
const HEAD = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
const CLIENT = { address: "192.0.2.7", family: "IPv4", port: 4711 };

const WANTED: Record<string, Wanted> = {
  "a proxy's header": { proxyHeader: true, first: "nothing" },
  "a head": { proxyHeader: false, first: "head" },
  both: { proxyHeader: true, first: "head" },
};

for (const [what, wanted] of Object.entries(WANTED)) {
  test(`${what}, in one piece or byte by byte`, (t) => {
    const text = (wanted.proxyHeader ? HEADER : "") + (wanted.first === "head" ? HEAD : "");
    const read = {
      firstBytes: wanted.first === "head" ? HEAD : undefined,
      proxied: wanted.proxyHeader ? CLIENT : undefined,
    };
    for (const size of [1, 7, text.length]) {
      const { client, outcomes } = make(t, wanted);
      for (let at = 0; at < text.length; at += size) {
        assert.deepEqual([client.reading, outcomes], ["yes", []]);
        client.receive(text.slice(at, at + size));
      }
      assert.deepEqual(outcomes, [{ type: "read", ...read }]);
      assert.deepEqual([client.reading, client.closed], ["no", 0]);
    }
  });
}

test("what came behind is given on too", (t) => {
  const { client, outcomes } = make(t, WANTED["both"]);
  client.receive(`${HEADER}${HEAD}\0\xffbody`);
  assert.deepEqual(outcomes, [{ type: "read", firstBytes: `${HEAD}\0\xffbody`, proxied: CLIENT }]);
});

test("behind a proxy's header alone, what came with it is given on", (t) => {
  const { client, outcomes } = make(t, WANTED["a proxy's header"]);
  client.receive(`${HEADER}\x16\x03\x01`);
  assert.deepEqual(outcomes, [{ type: "read", firstBytes: "\x16\x03\x01", proxied: CLIENT }]);
});

test("a proxy that speaks for itself tells of nobody behind it", (t) => {
  const { client, outcomes } = make(t, WANTED["a proxy's header"]);
  client.receive("PROXY UNKNOWN\r\n");
  assert.deepEqual(outcomes, [{ type: "read", firstBytes: undefined, proxied: undefined }]);
});

test("where any first bytes will do, they are given on as they come", (t) => {
  const { client, outcomes } = make(t, { proxyHeader: false, first: "bytes" });
  client.receive("MAG");
  assert.deepEqual(outcomes, [{ type: "read", firstBytes: "MAG", proxied: undefined }]);
});

test("what is no HTTP is given on at once", (t) => {
  for (const text of ["\x16\x03\x01", "PRI * HTTP/2.0\r\n", "hello"]) {
    const { client, outcomes } = make(t, WANTED["a head"]);
    client.receive(text);
    assert.deepEqual(outcomes, [{ type: "read", firstBytes: text, proxied: undefined }]);
  }
});

test("what is no proxy's header is malformed at once, with or without a head to come", (t) => {
  for (const what of ["a proxy's header", "both"]) {
    const { client, outcomes } = make(t, WANTED[what]);
    client.receive(HEAD);
    assert.equal(outcomes[0]?.type, "malformed");
    assert.equal(client.reading, "no");
  }
});

test("who ends without a word is gone; who ends behind half a head is given on", (t) => {
  const silent = make(t, WANTED["a head"]);
  silent.client.receive();
  const half = make(t, WANTED["a head"]);
  half.client.receive("GET / HT");
  half.client.receive();
  const headless = make(t, WANTED["both"]);
  headless.client.receive(HEADER);
  headless.client.receive();
  const broken = make(t, WANTED["a proxy's header"]);
  broken.client.receive("PROXY TCP4");
  broken.client.receive();
  assert.deepEqual(
    [silent, half, headless, broken].map(({ outcomes }) => outcomes),
    [
      [{ type: "gone" }],
      [{ type: "read", firstBytes: "GET / HT", proxied: undefined }],
      [{ type: "gone" }],
      [{ type: "gone" }],
    ],
  );
});

test("after 5 seconds a proxy's header is malformed, after 60 a head is read as far as it came", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const [proxy, head, both] = [make(t, WANTED["a proxy's header"]), make(t, WANTED["a head"]), make(t, WANTED["both"])];
  head.client.receive("GET");
  both.client.receive(HEADER);
  t.mock.timers.tick(4_999);
  assert.deepEqual(proxy.outcomes, []);
  t.mock.timers.tick(1);
  assert.deepEqual(proxy.outcomes, [{ type: "malformed", why: "its header did not come in time" }]);
  t.mock.timers.tick(54_999);
  assert.deepEqual([head.outcomes, both.outcomes], [[], []]);
  t.mock.timers.tick(1);
  assert.deepEqual(head.outcomes, [{ type: "read", firstBytes: "GET", proxied: undefined }]);
  assert.deepEqual(both.outcomes, [{ type: "read", firstBytes: undefined, proxied: CLIENT }]);
});

test("its time is over with it", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const cleared = t.mock.method(globalThis, "clearTimeout");
  const { client, outcomes } = make(t, WANTED["a head"]);
  const before = cleared.mock.callCount();
  client.receive(HEAD);
  assert.equal(cleared.mock.callCount(), before + 1, "no timer holds on to the connection");
  t.mock.timers.tick(60_000);
  assert.equal(outcomes.length, 1);
});

test("it can be finished before, and only once", (t) => {
  const { client, outcomes, reader } = make(t, WANTED["a head"]);
  client.receive("GET");
  reader.finish();
  reader.finish();
  assert.deepEqual(outcomes, [{ type: "read", firstBytes: "GET", proxied: undefined }]);
  const proxy = make(t, WANTED["both"]);
  proxy.reader.finish();
  assert.equal(proxy.outcomes[0]?.type, "malformed");
});

interface Made {
  client: FakeClient;
  reader: PrefaceReader;
  /** With the first bytes as text. */
  outcomes: { type: string }[];
}

function make(t: TestContext, wanted: Wanted = { proxyHeader: false, first: "nothing" }): Made {
  const client = new FakeClient();
  const outcomes: { type: string }[] = [];
  const onDone = (outcome: PrefaceOutcome): void => {
    const text = outcome.type === "read" && { firstBytes: outcome.firstBytes?.toString("latin1") };
    outcomes.push({ ...outcome, ...text });
  };
  const reader = new PrefaceReader(client, wanted, onDone);
  t.after(() => reader.finish());
  return { client, reader, outcomes };
}
