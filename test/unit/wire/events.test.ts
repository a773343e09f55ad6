// The WebSocket interface of a framed stream: handlers, event objects, listener options.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { FramedStream, frameStream } from "#src/wire/framed-stream.js";
import { duplexPair } from "../../helpers/duplex-pair.js";

function framedPair(): [FramedStream, FramedStream] {
  const [a, b] = duplexPair();
  return [frameStream(a), frameStream(b)];
}

test("the constants are on the class and on each stream", () => {
  const [framed] = framedPair();
  const constants = (from: typeof FramedStream | FramedStream): number[] => [
    from.CONNECTING,
    from.OPEN,
    from.CLOSING,
    from.CLOSED,
  ];
  assert.deepStrictEqual(
    [constants(FramedStream), constants(framed)],
    [
      [0, 1, 2, 3],
      [0, 1, 2, 3],
    ],
  );
  for (const place of [FramedStream, FramedStream.prototype, framed] as object[]) {
    assert.throws(() => Object.assign(place, { OPEN: 7 }), TypeError);
  }
  framed.terminate();
});

test("on… handlers get event objects", async () => {
  const [a, b] = framedPair();
  const events: unknown[] = [];
  b.onopen = (event) => events.push(event);
  b.onmessage = (event) => events.push(event);
  b.onclose = (event) => events.push(event);
  a.send({ n: 1 });
  a.close(4000, "bye");
  await once(b, "close");
  assert.deepStrictEqual(
    events.map((event) => ({ ...(event as object) })),
    [
      { type: "open", target: b },
      { type: "message", target: b, data: { n: 1 } },
      { type: "close", target: b, code: 4000, reason: "bye", wasClean: true },
    ],
  );
});

test("onerror gets the error and its message", async () => {
  const [near, far] = duplexPair();
  const framed = frameStream(near);
  const seen: unknown[] = [];
  framed.onerror = ({ type, error, message }) =>
    seen.push(type, (error as { code?: string }).code, message === error.message);
  far.write(Buffer.from([0, 0, 0, 1, 0x77]));
  await new Promise((resolve) => framed.on("close", resolve));
  assert.deepStrictEqual(seen, ["error", "MN_ERR_FRAME_TYPE", true]);
});

test("a handler is replaced in its place, and null removes it", async () => {
  const [a, b] = framedPair();
  const seen: string[] = [];
  assert.equal(b.onmessage, null);
  b.onmessage = () => seen.push("first");
  b.addEventListener("message", () => seen.push("listener"));
  const second = (): number => seen.push("second");
  b.onmessage = second;
  assert.equal(b.onmessage, second);
  a.send(1);
  await once(b, "message");
  b.onmessage = null;
  a.send(2);
  await once(b, "message");
  b.onmessage = second;
  b.onmessage = 5 as never;
  assert.equal(b.onmessage, null);
  assert.deepStrictEqual(seen, ["second", "listener", "listener"]);
  a.terminate();
});

test("addEventListener: functions and objects, once each, with once and signal", async () => {
  const [a, b] = framedPair();
  const seen: string[] = [];
  const controller = new AbortController();
  const twice = (): number => seen.push("function");
  const object = { handleEvent: () => seen.push("object") };
  b.addEventListener("message", twice);
  b.addEventListener("message", twice);
  b.addEventListener("message", object);
  b.addEventListener("message", () => seen.push("once"), { once: true });
  b.addEventListener("message", () => seen.push("signal"), { signal: controller.signal });
  b.addEventListener("message", () => seen.push("never"), { signal: AbortSignal.abort() });
  b.addEventListener("message", null);
  a.send(1);
  await once(b, "message");
  assert.deepStrictEqual(seen.splice(0), ["function", "object", "once", "signal"]);
  controller.abort();
  b.removeEventListener("message", object);
  b.removeEventListener("message", () => {});
  a.send(2);
  await once(b, "message");
  assert.deepStrictEqual(seen.splice(0), ["function"]);
  b.removeAllListeners("message");
  b.addEventListener("message", twice);
  a.send(3);
  await once(b, "message");
  assert.deepStrictEqual(seen, ["function"]);
  a.terminate();
});
