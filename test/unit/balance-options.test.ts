// The options of how connections are spread: what each takes, what goes together, and what holds without them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { completeBalance } from "#src/balance-options.js";
import { checkListenOptions } from "#src/options.js";

const POLICY = '"shared", "round-robin", "least-connections", "sticky" or a function';
const RANGES = 'true, false or an array of addresses and ranges such as ["10.0.0.0/8", "fd00::1"]';
const balance = (): undefined => undefined;
const stickyKey = (): undefined => undefined;

const WRONG: [options: object, message: string][] = [
  [{ balance: "roundrobin" }, `option balance: ${POLICY} is taken, got 'roundrobin'`],
  [{ balance: true }, `option balance: ${POLICY} is taken, got true`],
  [{ balance: null }, `option balance: ${POLICY} is taken, got null`],
  [{ balance: ["sticky"] }, `option balance: ${POLICY} is taken, got [ 'sticky' ]`],
  [{ balance: "sticky", stickyKey: "sid" }, "option stickyKey: a function of a request's head is taken, got 'sid'"],
  [{ balance, peek: 1 }, "option peek: true or false is taken, got 1"],
  [{ balance: "sticky", proxyProtocol: "10.0.0.1" }, `option proxyProtocol: ${RANGES} is taken, got '10.0.0.1'`],
  [{ balance: "sticky", proxyProtocol: [7] }, `option proxyProtocol: ${RANGES} is taken, got [ 7 ]`],
  [{ stickyKey }, 'option stickyKey: it is taken with balance: "sticky" only'],
  [{ balance: "round-robin", stickyKey }, 'option stickyKey: it is taken with balance: "sticky" only'],
  [{ stickyCookie: "node" }, 'option stickyCookie: it is taken with balance: "sticky" only'],
  [{ balance: "sticky", stickyKey, stickyCookie: "node" }, "option stickyCookie: it is taken without stickyKey only"],
  [{ balance: "sticky", peek: true }, "option peek: it is taken with a function as balance only"],
  [{ proxyProtocol: true }, 'option proxyProtocol: it is taken with a balance other than "shared" only'],
  [
    { balance: "shared", proxyProtocol: [] },
    'option proxyProtocol: it is taken with a balance other than "shared" only',
  ],
  [{ stickKey: stickyKey }, "option stickKey is not known: did you mean stickyKey?"],
];

test("a cookie has a name that HTTP takes", () => {
  for (const stickyCookie of ["", "a b", "a=1", "a;b", "a\r\nx: y", "\u00e4", "a".repeat(101), 7]) {
    const options = { balance: "sticky", stickyCookie } as never;
    assert.throws(() => checkListenOptions(options), { message: /^option stickyCookie: the name of a cookie/ });
  }
  assert.equal(completeBalance({ balance: "sticky", stickyCookie: "__Host-node.1" }).stickyCookie, "__Host-node.1");
});

for (const [options, message] of WRONG) {
  test(`refused: ${message}`, () => {
    assert.throws(() => checkListenOptions(options), { name: "UsageError", code: "MN_ERR_OPTION", message });
  });
}

test("no range: whatever is no address, or has no number of bits that fits", () => {
  for (const range of [
    "",
    "a",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "::/129",
    "10.0.0/8",
    "/8",
  ]) {
    const options = { balance: "sticky", proxyProtocol: ["10.0.0.1", range] } as const;
    assert.throws(() => checkListenOptions(options), { message: /^option proxyProtocol: / }, range);
  }
});

test("ranges of both families are taken, from everybody to one alone", () => {
  const proxyProtocol = ["10.0.0.0/8", "0.0.0.0/0", "192.0.2.1/32", "192.0.2.1", "fd00::/8", "::/0", "::1/128", "::1"];
  assert.deepEqual(completeBalance({ balance: "sticky", proxyProtocol }).proxyProtocol, proxyProtocol);
  assert.equal(checkListenOptions({ balance: "sticky", proxyProtocol }).service.balance.balance, "sticky");
});

test("without options, nodes accept for themselves", () => {
  const shared = {
    balance: "shared",
    stickyKey: undefined,
    stickyCookie: undefined,
    peek: false,
    proxyProtocol: false,
  };
  assert.deepEqual(completeBalance({}), shared);
  assert.deepEqual(completeBalance({ balance: "shared", peek: false, proxyProtocol: false }), shared);
});

test("what goes together is taken", () => {
  assert.deepEqual(completeBalance({ balance, peek: true, proxyProtocol: true }), {
    balance,
    stickyKey: undefined,
    stickyCookie: undefined,
    peek: true,
    proxyProtocol: true,
  });
  assert.deepEqual(completeBalance({ balance: "sticky", stickyKey }), {
    balance: "sticky",
    stickyKey,
    stickyCookie: undefined,
    peek: false,
    proxyProtocol: false,
  });
  assert.equal(completeBalance({ balance: "least-connections" }).balance, "least-connections");
  assert.equal(completeBalance({ balance: "round-robin" }).balance, "round-robin");
});
