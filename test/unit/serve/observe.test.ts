// The events of a server are seen without a listener, and the server behaves as if nobody looked.
import assert from "node:assert/strict";
import { createServer, Server } from "node:net";
import { test } from "node:test";
import { observe } from "#src/serve/observe.js";

test("what is emitted is seen before the listeners, with its arguments, also where there are none", () => {
  const server = createServer();
  const seen: unknown[] = [];
  observe(server, "odd", (...args) => seen.push(["observer", ...args]));
  assert.equal(server.emit("odd", 1), false);
  server.on("odd", (...args: unknown[]) => seen.push(["listener", ...args]));
  assert.equal(server.emit("odd", 1, 2, 3, 4, 5), true);
  server.emit("other");
  assert.deepEqual(seen, [
    ["observer", 1],
    ["observer", 1, 2, 3, 4, 5],
    ["listener", 1, 2, 3, 4, 5],
  ]);
});

test("no listener is added, and removing all of them changes nothing", () => {
  const server = createServer();
  let seen = 0;
  observe(server, "odd", () => void (seen += 1));
  assert.deepEqual([server.listenerCount("odd"), server.eventNames()], [0, createServer().eventNames()]);
  server.removeAllListeners("odd").removeAllListeners();
  server.emit("odd");
  assert.equal(seen, 1);
});

test("an observation that has ended sees nothing, others go on, and after the last the server is as before", () => {
  const server = createServer();
  const own = Object.getOwnPropertyNames(server);
  const seen: string[] = [];
  const endFirst = observe(server, "odd", () => seen.push("first"));
  const endSecond = observe(server, "odd", () => seen.push("second"));
  server.emit("odd");
  endFirst();
  server.emit("odd");
  endSecond();
  server.emit("odd");
  assert.deepEqual(seen, ["first", "second", "second"]);
  assert.deepEqual(Object.getOwnPropertyNames(server), own);
  assert.equal(Object.keys(server).includes("emit"), false);
});

test("an emit that the program replaces, before, meanwhile or in the prototype, is called as ever", () => {
  const server = createServer();
  const calls: string[] = [];
  const wrap = (target: Server, name: string): void => {
    const before: Server["emit"] = Reflect.get(target, "emit");
    target.emit = function emit(this: Server, ...args: [string]) {
      calls.push(name);
      return Reflect.apply(before, this, args);
    } as Server["emit"];
  };
  wrap(server, "before");
  const end = observe(server, "odd", () => calls.push("observer"));
  wrap(server, "meanwhile");
  server.emit("odd");
  end();
  server.emit("odd");
  assert.deepEqual(calls.splice(0), ["meanwhile", "observer", "before", "meanwhile", "before"]);
  const other = createServer();
  observe(other, "odd", () => calls.push("observer"));
  wrap(Server.prototype, "prototype");
  other.emit("odd");
  delete (Server.prototype as Partial<Server>).emit;
  assert.deepEqual(calls, ["observer", "prototype"]);
});
