// A master that is the only process of its service: its start, what it tells, and that its end leaves nothing.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { MasterRuntime } from "#src/master/runtime.js";
import { checkListenOptions } from "#src/options.js";
import { checkPortOptions, type PortOptions } from "#src/port-options.js";
import type { Outlet } from "#src/role.js";
import { within } from "../../helpers/deadline.js";
import { setEnvironment, temporaryFolder } from "../../helpers/environment.js";

const LOOPBACK = { port: 0, host: "127.0.0.1" };
const SIGNALS = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGTTIN", "SIGTTOU", "SIGUSR2", "exit"] as const;

test("it serves, tells where, and is ready", async (t) => {
  const { master, told } = start(t);
  const listener = master.listen(
    checkPortOptions(LOOPBACK),
    http.createServer((_, response) => response.end("served")),
  );
  assert.equal(listener.address(), null);
  await within(master.ready, "the master is ready");
  const address = listener.address() as AddressInfo;
  assert.deepEqual(told, [["listening", address]]);
  const answer = await fetch(`http://127.0.0.1:${address.port}/`, { headers: { connection: "close" } });
  assert.equal(await answer.text(), "served");
  await end(master);
});

test("its end is told once, after the drain, and leaves no file and no listener of the process", async (t) => {
  const before = SIGNALS.map((name) => process.listenerCount(name));
  const { master, told, folder } = start(t);
  master.listen(checkPortOptions({ path: join(folder, "web.sock") }), http.createServer());
  await within(master.ready, "the master is ready");
  assert.equal(readdirSync(folder).length, 3, "the private folder, the socket and the second link to its file");
  await Promise.all([end(master), end(master)]);
  assert.deepEqual(told.slice(1), [["drain"], ["close"]]);
  assert.deepEqual(readdirSync(folder), []);
  assert.deepEqual(
    SIGNALS.map((name) => process.listenerCount(name)),
    before,
  );
});

test("an end that comes right after the start leaves nothing, and is told once", async (t) => {
  const { master, told, folder } = start(t);
  master.listen(checkPortOptions({ path: join(folder, "web.sock") }), http.createServer());
  await end(master);
  await assert.rejects(within(master.ready, "the master gives up"), { code: "MN_ERR_CLOSED" });
  await new Promise(setImmediate);
  assert.deepEqual(
    told.filter(([event]) => event !== "drain"),
    [["close"]],
  );
  assert.deepEqual(readdirSync(folder), []);
});

test("an address that cannot be had: first the error is told, then the end, and nothing is left", async (t) => {
  const taken = net.createServer().listen(0, "127.0.0.1");
  t.after(() => taken.close());
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const { master, told, folder, outlet } = start(t);
  const closed = outlet.next("close");
  master.listen(checkPortOptions({ port, host: "127.0.0.1" }), http.createServer());
  await assert.rejects(within(master.ready, "the master gives up"), { code: "MN_ERR_PORT_IN_USE" });
  await within(closed, "the end is told");
  assert.deepEqual(
    told.filter(([event]) => event !== "drain"),
    [["error", "MN_ERR_PORT_IN_USE"], ["close"]],
  );
  await end(master);
  assert.deepEqual(readdirSync(folder), []);
});

test("a port that is added later is announced by itself, and its failure ends nothing else", async (t) => {
  const { master, told, outlet } = start(t);
  master.listen(checkPortOptions(LOOPBACK), http.createServer());
  await within(master.ready, "the master is ready");
  const added = listen(master, LOOPBACK);
  await within(outlet.next("listening"), "the second port is told");
  assert.deepEqual(told.at(-1), ["listening", added.address()]);
  listen(master, { port: 0, host: "no-such-host.invalid" });
  await within(outlet.next("error"), "the error is told");
  assert.deepEqual(told.at(-1), ["error", "MN_ERR_HOST_NOT_FOUND"]);
  await end(master);
});

test("an address is taken once in a service", async (t) => {
  const { master, folder } = start(t);
  const options = { path: join(folder, "web.sock") };
  listen(master, options);
  assert.throws(() => listen(master, options), { code: "MN_ERR_PORT_IN_USE" });
  await within(master.ready, "the master is ready");
  await end(master);
});

function listen(master: MasterRuntime, options: PortOptions): ReturnType<MasterRuntime["listen"]> {
  return master.listen(checkPortOptions(options), http.createServer());
}

type Told = [event: string, detail?: unknown];

class RecordingOutlet {
  readonly told: Told[] = [];
  readonly #waiting: { event: string; resolve: () => void }[] = [];

  /** Resolves when the next event of this name is told. */
  next(event: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ event, resolve }));
  }

  tell(...told: Told): void {
    this.told.push(told);
    for (const { event, resolve } of this.#waiting) if (event === told[0]) resolve();
  }

  get outlet(): Outlet {
    return {
      link: async () => this.tell("link"),
      expect: () => {},
      joined: () => {},
      flush: async () => {},
      node: () => this.tell("node"),
      left: () => this.tell("left"),
      listening: (address) => this.tell("listening", address),
      drain: async () => this.tell("drain"),
      replaced: async () => this.tell("replaced"),
      exit: () => this.tell("exit"),
      reload: ({ state }) => this.tell("reload", state),
      error: (error) => {
        this.tell("error", (error as NodeJS.ErrnoException).code);
        return true;
      },
      close: () => this.tell("close"),
    };
  }
}

/** A master that serves by itself, with no node beside it. */
function start(t: TestContext): { master: MasterRuntime; told: Told[]; folder: string; outlet: RecordingOutlet } {
  const folder = temporaryFolder(t);
  setEnvironment(t, { XDG_RUNTIME_DIR: folder, TMPDIR: folder });
  const outlet = new RecordingOutlet();
  const { service } = checkListenOptions({ nodes: 1, masterListen: true, log: false });
  const master = new MasterRuntime(service, outlet.outlet);
  t.after(() => master.close());
  return { master, told: outlet.told, folder, outlet };
}

function end(master: MasterRuntime): Promise<void> {
  return within(master.close(), "the master ends");
}
