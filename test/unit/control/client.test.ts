// A client of a master: what it gets, and that it never waits for one that says nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, type ClientOptions } from "#src/control/client.js";
import type { Answer, ControlEvent, Request } from "#src/control/commands.js";
import { Session } from "#src/control/session.js";
import { Deferred } from "#src/promises.js";
import { within } from "../../helpers/deadline.js";
import { duplexPair, type PairEnd } from "../../helpers/duplex-pair.js";
import { temporaryFolder } from "../../helpers/environment.js";
import { FakeGoverned, INFO } from "../../helpers/fake-governed.js";

test("a request resolves with its result, and its events are told before", async (t) => {
  const { client, governed } = served(t);
  const done = new Deferred<void>();
  governed.done = done.promise;
  const events: ControlEvent[] = [];
  const reload = client.request({ command: "reload" }, { onEvent: (event) => events.push(event) });
  assert.deepEqual(await client.request({ command: "info" }), INFO);
  const news = { type: "node", id: "node-3", place: 0, state: "serving" } as const;
  governed.tell(news);
  done.resolve();
  assert.equal(await reload, null);
  assert.deepEqual(events, [news]);
});

test("what the master refuses rejects with its code", async (t) => {
  const { client } = served(t);
  await assert.rejects(client.request({ command: "logs", node: "node-9" }), {
    name: "ControlError",
    code: "MN_ERR_NO_SUCH_NODE",
    message: "node-9 is not there: there are master, node-1",
  });
});

test("a master that is there may take any time: it is asked whether it is", async (t) => {
  const { client, governed, far } = served(t, { timeout: 20 });
  const done = new Deferred<void>();
  governed.done = done.promise;
  const reload = client.request({ command: "reload" });
  let asked = 0;
  const threeTimes = new Promise<void>((resolve) => {
    far.on("data", () => {
      asked += 1;
      if (asked === 3) resolve();
    });
  });
  await within(threeTimes, "it is asked");
  done.resolve();
  assert.equal(await reload, null);
});

test("one that says nothing is given up, whatever is asked of it, and so is what is asked later", async (t) => {
  const { client } = scripted(t, () => [], { timeout: 20 });
  const late = {
    name: "ControlError",
    code: "MN_ERR_CONTROL_TIMEOUT",
    message: "the master has not answered for 0.02 s: it hangs, or is stopped",
  };
  const both = [client.request({ command: "info" }), client.request({ command: "reload" })];
  for (const request of both) await assert.rejects(within(request, "it is given up"), late);
  await assert.rejects(client.request({ command: "info" }), late);
});

test("while nothing is asked, nothing is waited for", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { client, requests } = scripted(t, ({ id }) => [{ id, result: INFO }], { timeout: 1_000 });
  await client.request({ command: "info" });
  t.mock.timers.tick(10_000);
  await client.request({ command: "info" });
  assert.equal(requests.length, 2);
});

test("a connection that ends in the middle rejects what waits", async (t) => {
  const { client, far } = scripted(t, () => []);
  const request = client.request({ command: "reload" });
  far.destroy();
  await assert.rejects(within(request, "it is rejected"), {
    code: "MN_ERR_CLOSED",
    message: "the master has ended the connection before it was done",
  });
});

test("close() rejects what waits, and twice is no error", async (t) => {
  const { client, governed } = served(t);
  governed.done = new Promise(() => {});
  const request = client.request({ command: "reload" });
  client.close();
  client.close();
  await assert.rejects(request, { code: "MN_ERR_CLOSED" });
  await assert.rejects(client.request({ command: "info" }), { code: "MN_ERR_CLOSED" });
});

test("an error that is of no request is one of all", async (t) => {
  const { client } = scripted(t, () => [{ id: null, error: { code: "MN_ERR_CONTROL_REQUEST", message: "too many" } }]);
  await assert.rejects(client.request({ command: "info" }), { code: "MN_ERR_CONTROL_REQUEST", message: "too many" });
});

for (const garbage of ["hello", "1", "{}", '{"id":null}']) {
  test(`whoever answers ${garbage} is no master`, async (t) => {
    const { client, far } = scripted(t, () => []);
    const request = client.request({ command: "info" });
    far.write(`${garbage}\n`);
    await assert.rejects(within(request, "it is rejected"), {
      code: "MN_ERR_CONTROL_REQUEST",
      message: /does not speak/,
    });
  });
}

test("answers to what was never asked, and events that are not known, are passed over", async (t) => {
  const { client } = scripted(t, ({ id }) => [
    { id: "other", result: 1 },
    { id, event: { type: "new" } as unknown as ControlEvent },
    { id, result: INFO },
  ]);
  assert.deepEqual(await client.request({ command: "info" }), INFO);
});

test("a folder in which nobody is has no service", async (t) => {
  const folder = temporaryFolder(t);
  await assert.rejects(Client.connect({ folder }), {
    code: "MN_ERR_NO_SERVICE",
    message: /cannot be reached: .*ENOENT/,
  });
  await assert.rejects(Client.connect({ folder: `${folder}/gone` }), { code: "MN_ERR_NO_SERVICE" });
});

test("another user's folder is not entered, not even by root", async () => {
  const other = { ...process, getuid: process.getuid };
  const before = process.getuid;
  process.getuid = () => (other.getuid?.() ?? 0) + 1;
  try {
    await assert.rejects(Client.connect({ folder: "/" }), {
      code: "MN_ERR_NO_SERVICE",
      message: /^the service at \/ belongs to the user with the id 0, and this is \d+: run this as that user$/,
    });
  } finally {
    if (before !== undefined) process.getuid = before;
  }
});

interface After {
  after(action: () => void): void;
}

function served(t: After, options?: ClientOptions): { client: Client; governed: FakeGoverned; far: PairEnd } {
  const [near, far] = duplexPair();
  const governed = new FakeGoverned();
  const session = new Session(far, governed, INFO);
  const client = new Client(near, options);
  t.after(() => {
    client.close();
    session.end();
  });
  return { client, governed, far };
}

/** A master that answers as the test says. */
function scripted(
  t: After,
  answer: (request: Request) => Answer[],
  options?: ClientOptions,
): { client: Client; far: PairEnd; requests: Request[] } {
  const [near, far] = duplexPair();
  const requests: Request[] = [];
  far.on("data", (chunk: Buffer) => {
    for (const line of chunk.toString().split("\n").filter(Boolean)) {
      const request = JSON.parse(line) as Request;
      requests.push(request);
      for (const one of answer(request)) far.write(`${JSON.stringify(one)}\n`);
    }
  });
  const client = new Client(near, options);
  t.after(() => client.close());
  return { client, far, requests };
}
