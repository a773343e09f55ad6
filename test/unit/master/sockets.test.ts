// All held sockets: each bound once, an address that could not be had tried again, all let go at the end.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, unlinkSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Sockets } from "#src/master/sockets.js";
import { checkPortOptions, type Port } from "#src/port-options.js";
import { identify } from "#src/serve/socket-file.js";
import { temporaryFolder } from "../../helpers/environment.js";
import { freePort } from "../../helpers/free-port.js";
import { abandonSocket } from "../../helpers/unix-sockets.js";

const FREE: Port = checkPortOptions({ port: 0, host: "127.0.0.1" });

test("a name is bound once, however often and however soon it is asked for", async (t) => {
  const sockets = make(t);
  const both = await Promise.all([sockets.hold("a", FREE), sockets.hold("a", FREE)]);
  assert.equal(both[0], both[1]);
  assert.equal(await sockets.hold("a", FREE), both[0]);
  assert.deepEqual(sockets.held, [both[0]]);
});

test("two names are two sockets", async (t) => {
  const sockets = make(t);
  const a = await sockets.hold("a", FREE);
  const b = await sockets.hold("b", FREE);
  assert.notEqual((a.address as AddressInfo).port, (b.address as AddressInfo).port);
  assert.deepEqual(
    sockets.held.map(({ key }) => key),
    ["a", "b"],
  );
});

test("an address that could not be had is tried again when it is asked for again", async (t) => {
  const sockets = make(t);
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = { ...FREE, port: (server.address() as AddressInfo).port } as Port;
  const both = [sockets.hold("a", port), sockets.hold("a", port)];
  for (const held of both) await assert.rejects(held, { code: "MN_ERR_PORT_IN_USE" });
  assert.deepEqual(sockets.held, []);
  await once(server.close(), "close");
  assert.equal((await sockets.hold("a", port)).key, "a");
});

test("of two that cannot both listen the second is in use, although the system would bind it", async (t) => {
  const sockets = make(t);
  const port = await freePort();
  await sockets.hold("a", checkPortOptions({ port, host: "127.0.0.1" }));
  const everywhere = checkPortOptions({ port });
  await assert.rejects(sockets.hold("b", everywhere), {
    code: "MN_ERR_PORT_IN_USE",
    message: `port ${port} is in use by this service itself, at 127.0.0.1`,
  });
  assert.deepEqual([sockets.inTheWayOf("b", everywhere), sockets.inTheWayOf("b", FREE)], [["a"], []]);
  assert.deepEqual(sockets.inTheWayOf("b", checkPortOptions({ port, host: "127.0.0.2" })), []);
  sockets.release("a");
  assert.equal((await sockets.hold("b", everywhere)).key, "b");
});

test("closing lets all go, with the files of Unix sockets, and twice is no error", async (t) => {
  const folder = temporaryFolder(t);
  const sockets = make(t);
  await sockets.hold("a", FREE);
  await sockets.hold("b", checkPortOptions({ path: join(folder, "b.sock") }));
  assert.ok(readdirSync(folder).includes("b.sock"));
  sockets.close();
  assert.deepEqual([sockets.held, readdirSync(folder)], [[], []]);
  sockets.close();
});

test("one that is released goes with its file, and is bound anew when it is asked for again", async (t) => {
  const folder = temporaryFolder(t);
  const port = checkPortOptions({ path: join(folder, "a.sock") });
  const sockets = make(t);
  const first = await sockets.hold("a", port);
  sockets.release("a");
  sockets.release("a");
  assert.deepEqual([sockets.held, readdirSync(folder)], [[], []]);
  assert.notEqual(await sockets.hold("a", port), first);
  assert.ok(readdirSync(folder).includes("a.sock"));
});

test("a path whose file cannot be put back is released and bound anew for the next node, which the log tells", async (t) => {
  const folder = temporaryFolder(t);
  const port = checkPortOptions({ path: join(folder, "a.sock") });
  const told: string[] = [];
  const sockets = new Sockets("hosted", {
    onHeld: () => {},
    onLost: (key) => sockets.release(key),
    log: (line) => told.push(line),
  });
  t.after(() => sockets.close());
  const first = await sockets.hold("a", port);
  for (const name of readdirSync(folder)) unlinkSync(join(folder, name));
  const second = await sockets.hold("a", port);
  assert.notEqual(second, first);
  assert.deepEqual([sockets.held, identify(join(folder, "a.sock"))], [[second], second.file]);
  assert.match(told.join(), /its file was removed and cannot be put back/);
});

test("a free port that is released is not had by its number any more", async (t) => {
  const sockets = make(t);
  const free = await sockets.hold("tcp:127.0.0.1:0#1", FREE);
  const { port } = free.address as AddressInfo;
  const byNumber = { ...FREE, port } as Port;
  assert.equal(await sockets.hold(`tcp:127.0.0.1:${port}`, byNumber), free);
  sockets.release("tcp:127.0.0.1:0#1");
  assert.equal((await sockets.hold(`tcp:127.0.0.1:${port}`, byNumber)).key, `tcp:127.0.0.1:${port}`);
});

test("a socket whose binding ends only after the close is let go too", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "late.sock");
  await abandonSocket(path);
  const sockets = make(t);
  const late = sockets.hold("late", checkPortOptions({ path }));
  sockets.close();
  await late.catch(() => {});
  assert.deepEqual([sockets.held, readdirSync(folder)], [[], []]);
});

test("a free port that is held is had by its number, at the same address, without being bound again", async (t) => {
  const heard: string[] = [];
  const sockets = make(t, (key) => heard.push(key));
  const found = await sockets.hold("tcp:127.0.0.1:0#1", FREE);
  const { port } = found.address as AddressInfo;
  const again = checkPortOptions({ port, host: "127.0.0.1" });
  assert.equal(await sockets.hold(`tcp:127.0.0.1:${port}`, again), found);
  assert.deepEqual([sockets.held, heard], [[found], ["tcp:127.0.0.1:0#1"]]);
  const elsewhere = checkPortOptions({ port, host: "127.0.0.2" });
  assert.notEqual(await sockets.hold(`tcp:127.0.0.2:${port}`, elsewhere), found);
});

test("a free port that is asked for once more is another one", async (t) => {
  const sockets = make(t);
  const [one, other] = await Promise.all([
    sockets.hold("tcp:127.0.0.1:0#1", FREE),
    sockets.hold("tcp:127.0.0.1:0#2", FREE),
  ]);
  assert.notEqual((one.address as AddressInfo).port, (other.address as AddressInfo).port);
});

function make(t: TestContext, onHeld: (key: string) => void = () => {}): Sockets {
  const sockets = new Sockets("own", { onHeld: ({ key }) => onHeld(key), onLost: () => {}, log: () => {} });
  t.after(() => sockets.close());
  return sockets;
}
