// UDP in a program that knows nothing of this package: free ports as ever, a fixed one is for one process.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { within } from "../helpers/deadline.js";
import { freePort } from "../helpers/free-port.js";
import { allServe, runHosted } from "../helpers/hosted.js";
import { portOf } from "../helpers/http.js";

const address = "127.0.0.1";

test("each node has a free port of its own, and hears what comes to it", async (t) => {
  const program = runHosted(t, "udp.js", { args: [{ port: 0, address }] });
  const bound = await program.count("bound", 2);
  const [one, other] = bound.map(portOf);
  assert.notEqual(one, other);
  for (const told of bound) assert.equal(await answerFrom(portOf(told)), String(told.pid));
  await allServe(program);
  await program.stop();
});

test("without a port or an address it is a free one of every address", async (t) => {
  for (const type of ["udp4", "udp6"]) {
    const program = runHosted(t, "udp.js", { args: [{}, type] });
    const [told] = await program.count("bound", 2);
    assert.ok(told);
    const { address: bound } = told["address"] as { address: string };
    assert.equal(bound, type === "udp4" ? "0.0.0.0" : "::");
    await allServe(program);
    await program.stop();
  }
});

test("a socket that is closed is gone", async (t) => {
  const program = runHosted(t, "udp.js", { args: [{ port: 0, address }, "udp4", "close"] });
  await program.count("udp-closed", 2);
  await allServe(program);
  await program.stop();
});

test("a fixed port cannot be shared, and the error says what can be done", async (t) => {
  const program = runHosted(t, "udp.js", { args: [{ port: await freePort(), address }] });
  for (const { code, message } of await program.count("refused", 2)) {
    assert.equal(code, "MN_ERR_UDP");
    assert.match(String(message), /exclusive: true.*reusePort: true.*port of its own \(0\)/);
  }
  await allServe(program);
  await program.stop();
});

test("an exclusive port is bound by the process that asks first", async (t) => {
  const port = await freePort();
  const program = runHosted(t, "udp.js", { args: [{ port, address, exclusive: true }] });
  const [refused] = await program.count("refused", 1);
  assert.equal(refused?.["code"], "EADDRINUSE");
  const bound = await program.first("bound");
  assert.equal(await answerFrom(port), String(bound.pid));
  await allServe(program);
  await program.stop();
});

async function answerFrom(port: number): Promise<string> {
  const socket = createSocket("udp4");
  socket.send("who", port, address);
  const [text] = (await within(once(socket, "message"), "a datagram is answered")) as [Buffer];
  socket.close();
  return String(text);
}
