// What listen() cannot serve ends with an error that says what was wrong and what would be right.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { listen } from "multi-node";
import { whyLowPortsAreFree } from "../helpers/low-ports.js";
import { Program } from "../helpers/program.js";

const taken = createServer();
let port = 0;
before(async () => {
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  ({ port } = taken.address() as AddressInfo);
});
after(() => void taken.close());

for (const nodes of [0, -1, 1.5, Number.NaN, "4", null, Number.POSITIVE_INFINITY]) {
  test(`nodes: ${JSON.stringify(nodes)} throws before anything starts`, () => {
    assert.throws(() => listen({ port: 0, nodes: nodes as number }, createHttp()), {
      name: "UsageError",
      code: "MN_ERR_OPTION",
      message: `option nodes: an integer from 1 to 1024 is taken, got ${nodes === "4" ? "'4'" : nodes}`,
    });
  });
}

test("a misspelt option throws and names the one that was meant", () => {
  assert.throws(() => listen({ port: 0, masterListens: true } as object, createHttp()), {
    code: "MN_ERR_OPTION",
    message: "option masterListens is not known: did you mean masterListen?",
  });
});

test("a server that already listens throws", () => {
  assert.throws(() => listen({ port: 0 }, taken), {
    code: "MN_ERR_SERVER_LISTENING",
    message: "server: it listens already; pass it without calling its listen(), multi-node gives it the socket",
  });
});

test("a framework's application throws and says what to pass", () => {
  const app = Object.assign(() => {}, { listen: () => {} });
  assert.throws(() => listen({ port: 0 }, app as never), {
    code: "MN_ERR_SERVER_TYPE",
    message: /http\.createServer\(app\)/,
  });
});

for (const server of [undefined, null, {}, "server", 8000]) {
  test(`a server that is ${JSON.stringify(server)} throws`, () => {
    assert.throws(() => listen({ port: 0 }, server as never), {
      code: "MN_ERR_SERVER_TYPE",
      message: /^server: an http, /,
    });
  });
}

test("a port in use is an error event of the master, and no node starts", async (t) => {
  const program = Program.start(t, "tells-error.js", { args: [JSON.stringify({ port })] });
  const error = await program.first("error");
  assert.equal(error["code"], "MN_ERR_PORT_IN_USE");
  assert.equal(
    error["message"],
    `port ${port} of 127.0.0.1 is in use by another program; end that one or choose another`,
  );
  assert.equal(error["cause"], "EADDRINUSE");
  await program.ended();
  assert.deepEqual(
    program.told.filter(({ id }) => id !== "master"),
    [],
  );
  await program.leavesNothing();
});

test("a port in use that nobody listens for ends the program with the error", async (t) => {
  const program = Program.start(t, "http.js", { args: [JSON.stringify({ port })] });
  assert.deepEqual(await program.ended(), { code: 1, signal: null });
  assert.match(program.stderr, /BindError: port \d+ of 127\.0\.0\.1 is in use by another program/);
  assert.match(program.stderr, /MN_ERR_PORT_IN_USE/);
  await program.leavesNothing();
});

test("a Unix socket path in use is an error", async (t) => {
  const first = Program.start(t, "http-at-path.js", { args: [JSON.stringify({ path: "service.sock" })] });
  await first.count("ready", 3);
  const path = join(first.folder, "service.sock");
  const second = Program.start(t, "tells-error.js", { args: [JSON.stringify({ path })] });
  const error = await second.first("error");
  assert.equal(error["code"], "MN_ERR_PORT_IN_USE");
  assert.equal(error["message"], `path ${path} is in use by another program; end that one or choose another`);
  await second.ended();
  await first.stop();
});

test("a file in the place of a Unix socket is left alone", async (t) => {
  const program = Program.start(t, "http.js");
  await program.count("ready", 3);
  const path = join(program.folder, "notes.txt");
  writeFileSync(path, "precious");
  const second = Program.start(t, "tells-error.js", { args: [JSON.stringify({ path })] });
  assert.equal((await second.first("error"))["code"], "MN_ERR_PORT_IN_USE");
  await second.ended();
});

test("a host that does not resolve is an error", async (t) => {
  const program = Program.start(t, "tells-error.js", {
    args: [JSON.stringify({ port: 0, host: "no-such-host.invalid" })],
  });
  const error = await program.first("error");
  assert.equal(error["code"], "MN_ERR_HOST_NOT_FOUND");
  assert.equal(error["message"], "host no-such-host.invalid has no address");
  await program.ended();
});

test("no permission for a port is an error", { skip: whyLowPortsAreFree() }, async (t) => {
  const program = Program.start(t, "tells-error.js", { args: [JSON.stringify({ port: 1 })], unprivileged: isRoot });
  const error = await program.first("error");
  assert.equal(error["code"], "MN_ERR_NO_PERMISSION");
  assert.equal(error["message"], "no permission to listen on port 1 of 127.0.0.1");
  await program.ended();
});

test("a function that returns no server ends the nodes and then the master", async (t) => {
  const program = Program.start(t, "no-server.js");
  assert.deepEqual(await program.ended(), { code: 1, signal: null });
  assert.match(
    program.stderr,
    /the server function's result: an http, https, http2, tls or net server.* is taken, got undefined/,
  );
  assert.match(program.stderr, /5 starts in a row failed/);
  await program.leavesNothing();
});

test("the same address twice is an error at once", async (t) => {
  const program = Program.start(t, "same-port-twice.js");
  const error = await program.first("thrown", ({ id }) => id === "master");
  assert.equal(error["code"], "MN_ERR_PORT_IN_USE");
  assert.match(error["message"] as string, /this service listens there already/);
  await program.stop();
});

test("a second listen() in one process throws and says what to call", async (t) => {
  const program = Program.start(t, "listens-twice.js");
  assert.equal((await program.first("thrown"))["code"], "MN_ERR_ALREADY_LISTENING");
  await program.stop();
});

test("a process without a program file must be told which one its nodes run", () => {
  const code = "import('multi-node').then(({ listen }) => listen({ port: 0 }, () => {}))";
  const { stderr, status } = spawnSync(process.execPath, ["--eval", code], { encoding: "utf8" });
  assert.equal(status, 1);
  assert.match(stderr, /option script: this process runs no program file, so one must be given/);
});

/** Only root can become another; whoever is not root may not take a low port anyway. */
const isRoot = process.getuid?.() === 0;
