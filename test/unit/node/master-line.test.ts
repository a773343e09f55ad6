// The node's end of its channel: our messages and no others, and the news that the master is gone, once.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { MasterLine } from "#src/node/master-line.js";
import { seal } from "#src/envelope.js";
import { type ToNode } from "#src/protocol.js";
import { replaceProperty } from "../../helpers/environment.js";

const HANDLE = { fd: 7, close() {} };

test("a message of the master's comes with its handle, one of the program's own does not come", (t) => {
  const { heard } = open(t, true);
  emit("message", seal<ToNode>({ type: "drain", timeout: 5, idle: null }), undefined);
  emit("message", { type: "drain", timeout: 5, idle: null }, undefined);
  emit("message", seal<ToNode>({ type: "welcome", peers: [], starting: [] }), HANDLE);
  assert.deepEqual(heard, [
    [{ type: "drain", timeout: 5, idle: null }, undefined],
    [{ type: "welcome", peers: [], starting: [] }, HANDLE],
  ]);
});

test("a message to the master is sealed", (t) => {
  const { line, sent } = open(t, true);
  line.send({ type: "ready" });
  assert.deepEqual(sent, [{ "multi-node": { type: "ready" } }]);
});

test("the end of the channel is told, once", (t) => {
  const { state } = open(t, true);
  emit("disconnect");
  emit("disconnect");
  assert.equal(state.lost, 1);
});

test("a master that was gone before the node looked is told as soon as the node can hear it", async (t) => {
  const { line, sent, state } = open(t, false);
  assert.equal(state.lost, 0);
  await new Promise(setImmediate);
  assert.equal(state.lost, 1);
  line.send({ type: "ready" });
  assert.deepEqual(sent, []);
});

interface Opened {
  line: MasterLine;
  heard: unknown[];
  sent: unknown[];
  state: { lost: number };
}

/** A line over a channel that the test plays itself. */
function open(t: TestContext, connected: boolean): Opened {
  const [heard, sent, state] = [[] as unknown[], [] as unknown[], { lost: 0 }];
  replaceProperty(t, process, "connected", connected);
  replaceProperty(t, process, "send", (message: unknown) => sent.push(message));
  const before = ["message", "disconnect"].map((event) => process.rawListeners(event));
  t.after(() => {
    for (const [index, event] of ["message", "disconnect"].entries()) {
      for (const listener of process.rawListeners(event)) {
        if (!before[index]?.includes(listener)) process.off(event, listener as () => void);
      }
    }
  });
  const line = new MasterLine("open", {
    message: (...args) => heard.push(args),
    lost: () => {
      state.lost += 1;
    },
  });
  return { line, heard, sent, state };
}

/** As Node does when something comes over the channel. */
function emit(event: string, ...args: unknown[]): void {
  (process as NodeJS.EventEmitter).emit(event, ...args);
}
