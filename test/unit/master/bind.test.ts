// A node's question for a socket where the port is this service's own at another address.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { bind, type Request } from "#src/master/bind.js";
import { Sockets } from "#src/master/sockets.js";
import { Usage } from "#src/master/usage.js";
import { checkPortOptions } from "#src/port-options.js";
import { afterThisTurn } from "#src/promises.js";
import type { ToNode } from "#src/protocol.js";
import { freePort } from "../../helpers/free-port.js";

const HOST = "127.0.0.1";

test("what all nodes have closed makes room at once", async (t) => {
  const { ask, usage, first } = await world(t);
  usage.hear("node-1", { type: "closed", key: first });
  assert.deepEqual(await ask("node-1"), ["socket", "socket-sent"]);
});

test("what another node closes soon is waited for", async (t) => {
  const { ask, usage, first } = await world(t);
  const asked = ask("node-2");
  await new Promise(setImmediate);
  usage.hear("node-1", { type: "closed", key: first });
  assert.deepEqual(await asked, ["socket", "socket-sent"]);
});

test("what another node goes on with is in the way, and said to be this service's own", async (t) => {
  const { ask, sent, first } = await world(t);
  assert.deepEqual(await ask("node-2"), ["no-socket"]);
  const [refusal] = sent as Extract<ToNode, { type: "no-socket" }>[];
  assert.deepEqual([refusal?.code, refusal?.system, refusal?.ours], ["MN_ERR_PORT_IN_USE", "EADDRINUSE", [first]]);
});

test("what the node itself listens on is in its way at once", async (t) => {
  const { ask, sent, first } = await world(t);
  // Whoever waits now waits for ever.
  t.mock.timers.enable({ apis: ["setTimeout"] });
  void ask("node-1");
  for (let turn = 0; turn < 3; turn++) await afterThisTurn();
  const [refusal] = sent as Extract<ToNode, { type: "no-socket" }>[];
  assert.deepEqual(refusal?.ours, [first]);
});

interface World {
  usage: Usage;
  sent: ToNode[];
  /** What node-1 listens on: a port of the loopback address. */
  first: string;
  /** A node asks for the same port of all addresses; resolves to the types of the answers. */
  ask: (id: string) => Promise<string[]>;
}

async function world(t: TestContext): Promise<World> {
  const sockets = new Sockets("hosted", { onHeld: () => {}, onLost: () => {}, log: () => {} });
  // As a master's processes do.
  const alive = setInterval(() => {}, 60_000);
  t.after(() => {
    clearInterval(alive);
    sockets.close();
  });
  const usage = new Usage("hosted", (key) => sockets.release(key));
  for (const id of ["node-1", "node-2"]) usage.starts(id, []);
  const number = await freePort();
  const first = `tcp:${HOST}:${number}`;
  await sockets.hold(first, checkPortOptions({ port: number, host: HOST }));
  usage.hear("node-1", { type: "listening", key: first });
  const sent: ToNode[] = [];
  const request: Omit<Request, "id"> = { key: `tcp:*:${number}`, port: checkPortOptions({ port: number }) };
  return {
    usage,
    sent,
    first,
    ask: async (id) => {
      await bind({ id, ...request }, { sockets, usage, dispatcher: undefined }, (_id, message) => sent.push(message));
      return sent.map(({ type }) => type);
    },
  };
}
