// The ticket keys of a TLS server: those of the service, unless the program has chosen its own.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer as createHttps } from "node:https";
import { test } from "node:test";
import { createServer, type Server } from "node:tls";
import { noteOwnTicketKeys } from "#src/serve/own-ticket-keys.js";
import { Tickets } from "#src/serve/tickets.js";
import { certificate } from "../../helpers/certificate.js";

const KEY = "tcp:*:443";
const secrets = { cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) };
const [ours, later, own] = [randomBytes(48), randomBytes(48), randomBytes(48)] as const;

noteOwnTicketKeys();

const kinds: Readonly<Record<string, (options?: object) => Server>> = {
  tls: (options) => createServer({ ...secrets, ...options }),
  https: (options) => createHttps({ ...secrets, ...options }),
  http2: (options) => createSecureServer({ ...secrets, ...options }),
};

for (const [kind, make] of Object.entries(kinds)) {
  test(`${kind}: a server has the keys of the service, and those that replace them, with another certificate too`, async () => {
    const server = make();
    const { tickets } = await prepared(server);
    assert.deepEqual(server.getTicketKeys(), ours);
    server.setSecureContext(secrets);
    assert.deepEqual(server.getTicketKeys(), ours);
    tickets.onKeys({ key: KEY, keys: later.toString("base64") });
    assert.deepEqual(server.getTicketKeys(), later);
  });

  for (const [how, choose] of Object.entries<(server?: Server) => Server>({
    "as an option": (server) => server ?? make({ ticketKeys: own }),
    "by setTicketKeys()": (server = make()) => Object.assign(server, { x: server.setTicketKeys(own) }),
    "by setSecureContext()": (server = make()) =>
      Object.assign(server, { x: server.setSecureContext({ ...secrets, ticketKeys: own }) }),
  })) {
    test(`${kind}: keys that the program chooses ${how} stay, before it listens and after`, async () => {
      const before = choose();
      assert.deepEqual((await prepared(before)).asked, [], "nothing is asked for");
      assert.deepEqual(before.getTicketKeys(), own);
      if (how === "as an option") return;
      const after = make();
      const { tickets } = await prepared(after);
      choose(after);
      tickets.onKeys({ key: KEY, keys: later.toString("base64") });
      assert.deepEqual(after.getTicketKeys(), own);
    });
  }
}

test("for a server without TLS nothing is asked", async () => {
  assert.deepEqual((await prepared(createHttp() as never)).asked, []);
});

test("TLS is not loaded for this, and where the program loads it, its choice is seen all the same", () => {
  const text = `
    import { Server } from "node:net";
    import { noteOwnTicketKeys, hasOwnTicketKeys } from "#src/serve/own-ticket-keys.js";
    noteOwnTicketKeys();
    const isLoaded = () => process.moduleLoadList.includes("NativeModule tls");
    const before = isLoaded();
    const { createServer } = await import("node:https");
    const [chosen, other] = [createServer(), createServer()];
    chosen.setTicketKeys(Buffer.alloc(48, 1));
    const names = [Server.prototype, new Server()].map((one) => "setTicketKeys" in one);
    const same = chosen.getTicketKeys().equals(Buffer.alloc(48, 1));
    console.log(JSON.stringify([before, isLoaded(), hasOwnTicketKeys(chosen), hasOwnTicketKeys(other), same, names]));`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", text], { encoding: "utf8" });
  assert.deepEqual(JSON.parse(stdout || stderr), [false, true, true, false, true, [false, false]]);
});

/** A server that is about to listen, with the keys of the service if it asks for them. */
async function prepared(server: Server): Promise<{ tickets: Tickets; asked: string[] }> {
  const asked: string[] = [];
  const tickets = new Tickets((key) => {
    asked.push(key);
    setImmediate(() => tickets.onKeys({ key, keys: ours.toString("base64") }));
  });
  await tickets.prepare(server, KEY);
  return { tickets, asked };
}
