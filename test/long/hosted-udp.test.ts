// UDP in a program that knows nothing of this package: one port for all nodes, held by the master as those of TCP are.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { eventually, within } from "../helpers/deadline.js";
import { freePort } from "../helpers/free-port.js";
import { allServe, runHosted } from "../helpers/hosted.js";
import { portOf } from "../helpers/http.js";

const address = "127.0.0.1";
const BUFFER = 1_048_576;

for (const place of ["a fixed port", "port 0"]) {
  test(`${place} is the same in every node, and each of them answers`, async (t) => {
    const port = place === "port 0" ? 0 : await freePort();
    const program = runHosted(t, "udp.js", { args: [{ port, address }] });
    await allServe(program);
    const bound = await program.count("bound", 2);
    const [number = 0, ...others] = new Set(bound.map(portOf));
    assert.deepEqual(others, []);
    const client = new Client(t, number);
    const pids = bound.map(({ pid }) => String(pid));
    while (new Set(client.pids).size < 2) await client.ask(20);
    assert.deepEqual([...new Set(client.pids)].sort(), pids.sort());
    await program.stop();
  });
}

test("a program that only receives datagrams serves, and status names its port", async (t) => {
  const port = await freePort();
  const program = runHosted(t, "udp.js", { args: [{ port, address }] });
  await allServe(program);
  const told = await program.first("listening", ({ id }) => id === "master");
  assert.deepEqual(told["address"], { address, family: "IPv4", port, transport: "udp" });
  await program.stop();
});

for (const signal of ["SIGHUP", "SIGUSR2"] as const) {
  const what = signal === "SIGHUP" ? "a reload" : "the replacement of the master";
  test(`no datagram is lost over ${what}, and what a node has received is answered`, async (t) => {
    const port = await freePort();
    const program = runHosted(t, "udp.js", {
      args: [
        { port, address },
        { recvBufferSize: BUFFER, delay: 300 },
      ],
    });
    await allServe(program);
    const old = program.all("bound").map(({ pid }) => pid);
    const client = new Client(t, port);
    const load = client.load(400);
    program.kill(signal);
    await program.until(() => program.all("bound").length === 4, "the new nodes have the port");
    await eventually(() => !old.some((pid) => program.processes.includes(pid)), "the old nodes end");
    await client.answers(load.end());
    assert.ok(
      client.pids.some((pid) => !old.includes(Number(pid))),
      "the new nodes answer",
    );
    const master = program.all("ready").findLast(({ id }) => id === "master");
    process.kill(master?.pid ?? 0, "SIGTERM");
    await program.leavesNothing();
  });
}

test("datagrams wait while the only node is dead", async (t) => {
  const port = await freePort();
  const program = runHosted(t, "udp.js", { args: [{ port, address }], run: { nodes: 1 } });
  await allServe(program);
  const { pid } = await program.first("bound");
  process.kill(pid, "SIGKILL");
  const client = new Client(t, port);
  client.send(50);
  await client.answers(50);
  assert.ok(client.pids.every((answered) => answered !== String(pid)));
  await program.stop();
});

test("a multicast group is joined by every node, and one that leaves it takes nothing from the others", async (t) => {
  const port = await freePort();
  const group = "239.7.7.7";
  const program = runHosted(t, "udp.js", {
    args: [
      { port, address: "0.0.0.0" },
      { group, cleansUp: true },
    ],
  });
  await allServe(program);
  const client = new Client(t, port, group);
  await client.ask(1);
  program.kill("SIGHUP");
  await program.first("reload", ({ state }) => state === "done");
  await client.ask(1);
  assert.deepEqual(program.all("refused"), []);
  await program.stop();
});

test("a socket that the program connects is connected in its successors too", async (t) => {
  const [port, peer] = [await freePort(), await freePort()];
  const program = runHosted(t, "udp.js", { args: [{ port, address }, { peer }] });
  await allServe(program);
  const client = new Client(t, port, address, peer);
  await client.ask(5);
  program.kill("SIGHUP");
  await program.first("reload", ({ state }) => state === "done");
  await client.ask(5);
  assert.deepEqual(program.all("refused"), []);
  await program.stop();
});

test("without a port each node has a free one of its own, for what it sends", async (t) => {
  for (const type of ["udp4", "udp6"]) {
    const program = runHosted(t, "udp.js", { args: [{}, { type }] });
    const bound = await program.count("bound", 2);
    assert.equal(new Set(bound.map(portOf)).size, 2);
    const at = new Set(bound.map((told) => (told["address"] as { address: string }).address));
    assert.deepEqual([...at], [type === "udp4" ? "0.0.0.0" : "::"]);
    await program.stop();
  }
});

test("an exclusive port is bound by the process that asks first", async (t) => {
  const port = await freePort();
  const program = runHosted(t, "udp.js", { args: [{ port, address, exclusive: true }] });
  const [refused] = await program.count("refused", 1);
  assert.equal(refused?.["code"], "EADDRINUSE");
  const bound = await program.first("bound");
  const client = new Client(t, port);
  await client.ask(1);
  assert.deepEqual(client.pids, [String(bound.pid)]);
  await program.stop();
});

test("a port that another program has is refused as Node does it", async (t) => {
  const other = createSocket("udp4");
  t.after(() => other.close());
  await once(other.bind(0, address), "listening");
  const { port } = other.address();
  const program = runHosted(t, "udp.js", { args: [{ port, address }] });
  for (const { code, message } of await program.count("refused", 2)) {
    assert.deepEqual([code, message], ["EADDRINUSE", `bind EADDRINUSE ${address}:${port}`]);
  }
});

/** Sends numbered datagrams, and notes who has answered which. */
class Client {
  readonly pids: string[] = [];
  readonly #answered = new Set<string>();
  readonly #socket = createSocket("udp4");
  readonly #to: [port: number, address: string];
  #sent = 0;

  constructor(t: TestContext, port: number, host = address, own = 0) {
    this.#to = [port, host];
    this.#socket.bind({ port: own, address }, () => {
      if (host !== address) this.#socket.setMulticastInterface(address);
    });
    this.#socket.on("message", (answer) => {
      const [pid = "", text = ""] = String(answer).split(" ");
      this.pids.push(pid);
      this.#answered.add(text);
    });
    t.after(() => this.#socket.close());
  }

  send(count: number): void {
    for (let each = 0; each < count; each++) this.#socket.send(String((this.#sent += 1)), ...this.#to);
  }

  /** Sends so many, and waits for as many answers. */
  async ask(count: number): Promise<void> {
    this.send(count);
    await this.answers(this.#sent);
  }

  /** Resolves when all of the first `count` are answered. */
  async answers(count: number): Promise<void> {
    const all = async (): Promise<void> => {
      while (this.#answered.size < count) await once(this.#socket, "message");
    };
    await within(all(), `${count} datagrams are answered`);
  }

  /** Sends so many a second, until it is told to end and tells how many it has sent. */
  load(perSecond: number): { end(): number } {
    const timer = setInterval(() => this.send(Math.ceil(perSecond / 100)), 10);
    return {
      end: () => {
        clearInterval(timer);
        return this.#sent;
      },
    };
  }
}
