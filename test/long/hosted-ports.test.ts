// Wherever a program listens that knows nothing of this package, all of its nodes do, and it hears of what cannot be had
// as ever.
import assert from "node:assert/strict";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { constants as osConstants, networkInterfaces } from "node:os";
import { type TestContext, test } from "node:test";
import { within } from "../helpers/deadline.js";
import { freePort } from "../helpers/free-port.js";
import { allServe, runHosted, runPlain } from "../helpers/hosted.js";
import { get, portOf } from "../helpers/http.js";
import { whyLowPortsAreFree } from "../helpers/low-ports.js";
import type { Program, Told } from "../helpers/program.js";

const LOCAL = "127.0.0.1";
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

for (const balance of ["shared", "round-robin"]) {
  test(`any number of ports, each the same in all nodes, with balance ${balance}`, async (t) => {
    const places = [{ port: 0, host: LOCAL }, { port: 0, host: LOCAL }, { port: 0 }];
    const program = runHosted(t, "listens.js", { args: [places], run: { balance } });
    const told = await program.count("serves", 6);
    const ports = places.map((_, index) => samePort(told, index));
    assert.equal(new Set(ports).size, 3, "asked for again, a free port is another one");
    await allServe(program);
    for (const port of ports) await answersFromNode(program, port);
    const addresses = (await program.count("listening", 3)).map((line) => portOf(line));
    assert.deepEqual(
      addresses.toSorted((a, b) => a - b),
      ports.toSorted((a, b) => a - b),
      "the master tells of each once",
    );
    await program.stop();
  });

  test(`a server that is closed listens again, and so does another one in its place, with balance ${balance}`, async (t) => {
    await servesInBoth(t, ["again"], balance);
  });

  test(`a free port that was found and let go before is had by its number, with balance ${balance}`, async (t) => {
    await servesInBoth(t, ["find"], balance);
  });

  test(`a free port that a server listens on is in use for a second one, with balance ${balance}`, async (t) => {
    const program = await servesInBoth(t, ["twice"], balance);
    for (const { error, port } of program.all("refused")) {
      const { errno, ...told } = error as NodeJS.ErrnoException;
      const message = `listen EADDRINUSE: address already in use ${LOCAL}:${port}`;
      assert.deepEqual(told, { code: "EADDRINUSE", syscall: "listen", address: LOCAL, port, message });
      assert.equal(errno, -osConstants.errno.EADDRINUSE);
    }
  });

  test(`a place that all nodes have closed is let go after a while, with balance ${balance}`, async (t) => {
    const program = runHosted(t, "opens-and-closes.js", { args: ["close"], run: { balance } });
    const [closed = 0] = (await program.count("closed", 2)).map(portOf);
    await allServe(program);
    const client = net.connect(closed, LOCAL).on("error", () => {});
    const letGo = new Promise((resolve) => client.once("close", resolve));
    // Where the master accepts, it did not yet.
    if (balance === "shared") await once(client, "connect");
    await within(letGo, "the socket is let go");
    await assert.rejects(get(closed), { code: "ECONNREFUSED" });
    const [served = 0] = (await program.count("serves", 2)).map(portOf);
    await answersFromNode(program, served);
    await program.stop();
  });

  test(`a server that is closed before it could listen stays closed, with balance ${balance}`, async (t) => {
    const program = await servesInBoth(t, ["early"], balance);
    assert.deepEqual(program.all("revived"), []);
  });
}

test("host names and addresses are those of the program", async (t) => {
  const hosts = ["localhost", LOCAL, "0.0.0.0", ...(hasIpv6 ? ["::1"] : [])];
  const program = runHosted(t, "listens.js", { args: [hosts.map((host) => ({ port: 0, host }))] });
  const told = await program.count("serves", 2 * hosts.length);
  for (const [index, host] of hosts.entries()) {
    const found = told.find((line) => line["index"] === index);
    assert.ok(found);
    const { address, port } = found["address"] as AddressInfo;
    assert.ok(host === "localhost" ? ["::1", LOCAL].includes(address) : address === host, `${host}: ${address}`);
    assert.equal(samePort(told, index), port);
    assert.equal((await get(port, "/", false, host === "0.0.0.0" ? LOCAL : host)).status, 200);
  }
  await program.stop();
});

test("what cannot be had is the error that Node gives", async (t) => {
  const port = await occupied(t);
  const places = [
    { port },
    { port, host: LOCAL },
    { port: 1, host: "203.0.113.1" },
    { port: 0, host: "203.0.113.1" },
    { path: "/nowhere/at/all.sock" },
    { path: "/tmp" },
    // Older versions of Node cut it.
    ...(Number.parseInt(process.versions.node, 10) >= 24 ? [{ path: `/tmp/${"x".repeat(200)}` }] : []),
    { fd: 77 },
  ];
  await refusedAsEver(t, places);
});

test("every listen() that goes wrong has the outcome that it has in plain Node", async (t) => {
  const plain = runPlain(t, "listen-errors.js");
  await plain.first("serves");
  const expected = plain.all("case").map(({ name, outcome }) => ({ name, outcome }));
  plain.kill("SIGKILL");
  const program = runHosted(t, "listen-errors.js", { run: { nodes: 1 } });
  await allServe(program);
  assert.deepEqual(
    program.all("case").map(({ name, outcome }) => ({ name, outcome })),
    expected,
  );
  assert.deepEqual(
    program.all("closed").map(({ code }) => code),
    plain.all("closed").map(({ code }) => code),
  );
  await program.stop();
});

test("so is a port that a user without rights may not have", { skip: skipLowPorts() }, async (t) => {
  await refusedAsEver(t, [{ port: 1 }, { port: 1, host: LOCAL }], true);
});

test("the same place twice in one process is in use", async (t) => {
  const port = await freePort();
  const program = runHosted(t, "listens.js", {
    args: [
      [
        { port, host: LOCAL },
        { port, host: LOCAL },
      ],
    ],
  });
  for (const { error } of await program.count("refused", 2)) {
    assert.deepEqual((error as { code: string }).code, "EADDRINUSE");
  }
  await answersFromNode(program, samePort(await program.count("serves", 2), 0));
  await allServe(program);
  await program.stop();
});

test("a program that takes another port where one is in use does so in every node", async (t) => {
  const port = await occupied(t);
  const program = await servesInBoth(t, ["next", { port }], "shared");
  assert.deepEqual(
    program.all("in-use").map(({ code }) => code),
    ["EADDRINUSE", "EADDRINUSE"],
  );
});

test("a node without a descriptor for its socket hears so, and may listen again", async (t) => {
  const program = runHosted(t, "without-descriptors.js", { run: { nodes: 1 } });
  const { error } = await program.first("refused");
  const { code, syscall } = error as NodeJS.ErrnoException;
  assert.deepEqual([code, syscall], ["EMFILE", "listen"]);
  await answersFromNode(program, portOf(await program.first("serves")));
  await program.stop();
});

test("an exclusive port is bound by the one process that asks first, and counts as listened on", async (t) => {
  const port = await freePort();
  for (const [place, exclusive] of [
    [{ port, host: LOCAL, exclusive: true }, []],
    [{ port, host: LOCAL }, [port]],
  ] as const) {
    const program = runHosted(t, "listens.js", { args: [[place, { port: 0, host: LOCAL }]], run: { exclusive } });
    const serves = await program.count("serves", 3);
    const [refused] = await program.count("refused", 1);
    assert.ok(refused);
    assert.deepEqual([refused["index"], (refused["error"] as { code: string }).code], [0, "EADDRINUSE"]);
    const owner = serves.find(({ index }) => index === 0);
    assert.equal((await get(port)).body, String(owner?.pid));
    await allServe(program);
    await program.stop();
  }
});

test("a port named exclusive ends no node that does not get it", async (t) => {
  const port = await freePort();
  const program = runHosted(t, "bears-nothing.js", { args: [String(port)], run: { exclusive: [port] } });
  const serves = await program.count("serves", 3);
  const owner = serves.find((line) => portOf(line) === port);
  await allServe(program);
  assert.equal((await get(port)).body, String(owner?.pid));
  await program.stop();
  assert.match(program.stderr, new RegExp(`another process has port ${port}, which is exclusive`));
  assert.equal(program.all("exit").filter(({ reason }) => reason === "died").length, 0);
});

test("a node that has only sockets of its own serves", async (t) => {
  const place = { port: 0, host: LOCAL, exclusive: true };
  const program = runHosted(t, "listens.js", { args: [[place]] });
  await allServe(program);
  const [one, other] = (await program.count("serves", 2)).map(portOf);
  assert.notEqual(one, other);
  await answersFromNode(program, one as number);
  await program.stop();
});

test("with reusePort, each node has a socket of its own at one port", { skip: !reusesPorts() }, async (t) => {
  const port = await freePort();
  const program = runHosted(t, "listens.js", { args: [[{ port, host: LOCAL, reusePort: true }]] });
  await allServe(program);
  assert.equal(samePort(await program.count("serves", 2), 0), port);
  await answersFromNode(program, port);
  await program.stop();
});

/** Runs fixtures/plain/opens-and-closes.ts, after which both nodes serve at one port. */
async function servesInBoth(t: TestContext, args: (string | object)[], balance: string): Promise<Program> {
  const program = runHosted(t, "opens-and-closes.js", { args, run: { balance } });
  const serves = await program.count("serves", 2);
  const [port, other] = serves.map(portOf);
  assert.equal(port, other);
  await allServe(program);
  await answersFromNode(program, port as number);
  await program.stop();
  return program;
}

/** Of both nodes, at the place of this index. */
function samePort(told: Told[], index: number): number {
  const [port, ...others] = told.filter((line) => line["index"] === index).map(portOf);
  assert.ok(port !== undefined && others.length > 0);
  assert.deepEqual(others, [port]);
  return port;
}

async function answersFromNode(program: Program, port: number): Promise<void> {
  const nodes = new Set(program.all("serves").map(({ pid }) => String(pid)));
  assert.ok(nodes.has((await get(port)).body), "a node answers");
  assert.ok(!nodes.has(String(program.pid)), "the master does not");
}

/** The program by itself and the program in a node are told the same. */
async function refusedAsEver(t: TestContext, places: object[], unprivileged = false): Promise<void> {
  const all = [...places, { port: 0, host: LOCAL }];
  const plain = runPlain(t, "listens.js", { args: [all], unprivileged });
  const expected = (await plain.count("refused", places.length)).map(({ error }) => error);
  const program = runHosted(t, "listens.js", { args: [all], unprivileged });
  await allServe(program);
  const refused = program.all("refused");
  for (const pid of new Set(program.all("serves").map((told) => told.pid))) {
    const errors = refused.filter((told) => told.pid === pid).map(({ error }) => error);
    assert.deepEqual(errors, expected);
  }
  plain.kill("SIGKILL");
  await program.stop();
}

async function occupied(t: TestContext): Promise<number> {
  const server = net.createServer().listen(0);
  await once(server, "listening");
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

function reusesPorts(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 23 || (major === 23 && minor > 0);
}

function skipLowPorts(): string | false {
  return process.getuid?.() === 0 ? whyLowPortsAreFree() : "only root can become a user without rights";
}
