// Listeners by the rules of the DOM: each script runs against Node's own EventTarget, a framed stream and a channel.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { type TestContext, test } from "node:test";
import { frameStream } from "#src/wire/framed-stream.js";
import { duplexPair } from "../../helpers/duplex-pair.js";
import { Station } from "../../helpers/stations.js";
import { uncaughtErrors } from "../../helpers/uncaught.js";

type Listener = ((event: Event) => unknown) | { handleEvent?: unknown } | null | undefined;
interface Target {
  addEventListener(type: string, listener: Listener, options?: unknown): void;
  removeEventListener(type: string, listener: Listener, options?: unknown): void;
}
type Script = (target: Target, fire: () => Promise<void>, say: (what: unknown) => void) => Promise<void>;

const scripts: Record<string, Script> = {
  "a listener that throws silences no other": async (target, fire, say) => {
    const say1 = (): void => say("first");
    target.addEventListener("message", () => {
      say1();
      throw new Error("listener");
    });
    target.addEventListener("message", { handleEvent: () => Promise.reject(new Error("async")).catch(() => say(2)) });
    target.addEventListener("message", () => say("last"));
    await fire();
  },
  "one that is removed does not run, one that is added runs the next time": async (target, fire, say) => {
    const removed = (): void => say("removed");
    const added = (): void => say("added");
    target.addEventListener(
      "message",
      () => {
        target.removeEventListener("message", removed);
        target.addEventListener("message", added, { once: true });
      },
      { once: true },
    );
    target.addEventListener("message", removed);
    await fire();
    say("again");
    await fire();
  },
  "removed and added again in between, it runs the next time": async (target, fire, say) => {
    const again = (): void => say("again");
    target.addEventListener("message", () => {
      target.removeEventListener("message", again);
      target.addEventListener("message", again);
    });
    target.addEventListener("message", again);
    await fire();
    say("next");
    await fire();
  },
  "each is there once, with and without capture": async (target, fire, say) => {
    const twice = (): void => say("called");
    for (const options of [undefined, false, {}, { capture: false }]) {
      target.addEventListener("message", twice, options);
    }
    await fire();
    for (const options of [true, { capture: true }]) target.addEventListener("message", twice, options);
    await fire();
    target.removeEventListener("message", twice);
    await fire();
    target.removeEventListener("message", twice, { capture: true });
    await fire();
  },
  "null and undefined are taken, others are not": async (target, fire, say) => {
    for (const listener of [null, undefined, {}, () => say("called"), 5, "text", true] as Listener[]) {
      for (const options of [undefined, { signal: undefined }, { signal: null }, { signal: {} }, { passive: true }]) {
        try {
          target.addEventListener("message", listener, options);
          target.removeEventListener("message", listener, options);
        } catch (error) {
          if (typeof listener === "function" || typeof listener !== "object") say((error as Error).name);
        }
      }
    }
    await fire();
  },
  "once, and a signal": async (target, fire, say) => {
    const controller = new AbortController();
    target.addEventListener("message", () => say("once"), { once: true });
    target.addEventListener("message", () => say("until aborted"), { signal: controller.signal });
    target.addEventListener("message", () => say("never"), { signal: AbortSignal.abort() });
    await fire();
    controller.abort();
    await fire();
  },
  "an abort within a listener": async (target, fire, say) => {
    const controller = new AbortController();
    target.addEventListener("message", () => controller.abort());
    target.addEventListener("message", () => say("aborted"), { signal: controller.signal });
    await fire();
  },
  "what an event says of itself": async (target, fire, say) => {
    let kept: Event | undefined;
    target.addEventListener("message", function (this: unknown, event) {
      kept = event;
      const { bubbles, cancelable, composed, defaultPrevented, returnValue, eventPhase, cancelBubble } = event;
      say([bubbles, cancelable, composed, defaultPrevented, returnValue, eventPhase, cancelBubble]);
      const { currentTarget, srcElement } = event;
      say([this === target, event.target === target, currentTarget === target, srcElement === target]);
      say([event instanceof Event, event.type, event.composedPath().length, event.composedPath()[0] === target]);
      say([typeof event.timeStamp, event.timeStamp === event.timeStamp, Reflect.get(event, "NONE")]);
      event.preventDefault();
      event.stopPropagation();
      say([event.defaultPrevented, event.cancelBubble]);
    });
    target.addEventListener("message", (event) => say(["the same", event === kept]));
    await fire();
    say([kept?.currentTarget, kept?.target === target, kept?.eventPhase, kept?.composedPath().length]);
  },
  "stopImmediatePropagation, and the next event": async (target, fire, say) => {
    target.addEventListener("message", (event) => event.stopImmediatePropagation());
    target.addEventListener("message", () => say("not reached"));
    await fire();
    await fire();
  },
  "handleEvent is looked up late and called on its object": async (target, fire, say) => {
    const object: { handleEvent?: unknown } = {};
    target.addEventListener("message", object);
    object.handleEvent = function (this: unknown) {
      say(this === object);
    };
    await fire();
  },
};

for (const [what, script] of Object.entries(scripts)) {
  test(what, async (t) => {
    const expected = await outcome(t, script, "web");
    for (const kind of ["framed stream", "channel"] as const) {
      assert.deepEqual(await outcome(t, script, kind), expected, kind);
    }
  });
}

test("where Node's own EventTarget departs from the DOM, the DOM is followed", async (t) => {
  const errors = uncaughtErrors(t);
  const channel = new Station("node-1").channel("name");
  const heard: string[] = [];
  const listener = (): number => heard.push("listener");
  for (const options of [null, undefined, false]) channel.addEventListener("message", listener, options);
  channel.addEventListener("message", undefined);
  channel.addEventListener("message", {} as never);
  channel.addEventListener("message", () => {
    const later = (): number => heard.push("later");
    channel.addEventListener("message", later, { once: true });
  });
  for (const value of [1, 2]) channel.deliver(value);
  await new Promise(setImmediate);
  assert.deepEqual(heard, ["listener", "listener", "later"]);
  assert.match(errors.join(), /handleEvent is not a function/);
});

test("an emitter's listener that throws does not silence those of the DOM, which run once", async (t) => {
  const errors = uncaughtErrors(t);
  const channel = new Station("node-1").channel("name");
  const heard: unknown[] = [];
  channel.on("message", (value) => {
    throw new Error(`on ${String(value)}`);
  });
  channel.onmessage = ({ data }) => heard.push(data);
  channel.prependListener("message", (value) => heard.push(["first", value]));
  channel.deliver(1);
  await new Promise(setImmediate);
  assert.deepEqual([heard, errors], [[["first", 1], 1], ["on 1"]]);
});

test("removeAllListeners within a listener, and events in events", async () => {
  const channel = new Station("node-1").channel<number>("name");
  const heard: unknown[] = [];
  channel.addEventListener("message", ({ data, currentTarget }) => {
    heard.push(data);
    if (data === 1) channel.deliver(2);
    heard.push(currentTarget === channel);
    if (data === 1) channel.removeAllListeners("message");
  });
  channel.addEventListener("message", ({ data }) => heard.push(["second", data]));
  channel.deliver(1);
  channel.deliver(3);
  assert.deepEqual(heard, [1, 2, true, ["second", 2], true]);
});

test("an event can be printed, and has no clock of its own until it is asked", () => {
  const channel = new Station("node-1").channel("name");
  const printed: string[] = [];
  channel.onmessage = (event) => printed.push(inspect(event, { depth: 0 }), Object.prototype.toString.call(event));
  channel.deliver({ a: 1 });
  assert.match(printed.join(" "), /\[MessageEvent\].*type: 'message'.*data: .* \[object MessageEvent\]/s);
});

/** What a script has said, and which errors were not caught, when it runs against such a target. */
async function outcome(t: TestContext, script: Script, kind: "web" | "framed stream" | "channel"): Promise<unknown> {
  const errors = uncaughtErrors(t);
  const said: unknown[] = [];
  const { target, fire } = targets[kind]();
  await script(target, fire, (what) => said.push(what));
  await new Promise(setImmediate);
  return { said, errors: errors.map((error) => (error.includes("handleEvent") ? "no handleEvent" : error)) };
}

const targets: Record<"web" | "framed stream" | "channel", () => { target: Target; fire: () => Promise<void> }> = {
  web: () => {
    const target = new EventTarget();
    const fire = async (): Promise<void> => {
      target.dispatchEvent(new Event("message"));
      await new Promise(setImmediate);
    };
    return { target, fire };
  },
  "framed stream": () => {
    const [a, b] = duplexPair();
    const [from, to] = [frameStream(a), frameStream(b)];
    const fire = async (): Promise<void> => {
      from.send(1);
      // What has been sent arrives in a later turn, as does the answer to it.
      for (let turns = 0; turns < 10; turns++) await new Promise(setImmediate);
    };
    return { target: to as unknown as Target, fire };
  },
  channel: () => {
    const channel = new Station("node-1").channel("name");
    const fire = async (): Promise<void> => {
      channel.deliver(1);
      await new Promise(setImmediate);
    };
    return { target: channel as unknown as Target, fire };
  },
};
