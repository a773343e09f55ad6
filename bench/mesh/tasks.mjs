// What a measured process does when the bench asks: the same for every peer, whose transport does the sending.

import { setImmediate as nextTurn } from "node:timers/promises";
import { now } from "./clock.mjs";
import { listenersOf } from "./duties.mjs";
import { Inbox } from "./inbox.mjs";
import { percentile } from "../common/statistics.mjs";

// A sender that is not told to wait lets its event loop turn after so many values.
const LONGEST_BURST = 1024;

/**
 * The tasks of one member, and `listeners`, a function for each topic that it listens on.
 * `join(listeners)` resolves to the transport: `publish(topic, value)`, which returns a promise when the sender has to
 * wait; `call(value)`, which resolves to member 2's answer; and the kind of `values` that it carries.
 */
export async function makeTasks(index, members, { values, join }) {
  const inboxes = { pair: new Inbox(values.isEnd), all: new Inbox(values.isEnd) };
  const rings = new Map();
  let onPong;
  const transport = await join(
    ownListeners(index, members, {
      pair: (value) => inboxes.pair.take(value),
      all: (value) => inboxes.all.take(value),
      ping: (value) => transport.publish("pong", value),
      pong: () => onPong(),
    }),
  );
  return { send, received: ({ topic }) => inboxes[topic].result(), roundTrips, calls };

  /** Sends for `ms`, then the end; resolves to the number sent before it. */
  async function send({ topic, size, ms }) {
    const ring = ringOf(size);
    const until = now() + ms * 1000;
    let sent = 0;
    do {
      let wait;
      for (let burst = 0; burst < LONGEST_BURST && wait === undefined; burst += 1) {
        wait = transport.publish(topic, ring[sent % ring.length]);
        sent += 1;
      }
      await (wait ?? nextTurn());
    } while (now() < until);
    await transport.publish(topic, values.end);
    return sent;
  }

  /** One value on its way at a time. In microseconds. */
  function roundTrips({ size, ms }) {
    const ring = ringOf(size);
    const until = now() + ms * 1000;
    const samples = [];
    return new Promise((resolve) => {
      let start = now();
      onPong = () => {
        const end = now();
        samples.push(end - start);
        if (end < until) ping();
        else resolve({ p50: percentile(samples, 0.5), p99: percentile(samples, 0.99) });
      };
      ping();

      function ping() {
        start = now();
        transport.publish("ping", ring[samples.length % ring.length]);
      }
    });
  }

  /** Keeps so many calls in flight for `ms`; resolves to their number and the microseconds that they took. */
  async function calls({ size, ms, inFlight }) {
    const ring = ringOf(size);
    const start = now();
    // To ask the clock for each call would be a good part of what the fastest peers cost.
    const time = AbortSignal.timeout(ms);
    let count = 0;
    const lane = async () => {
      while (!time.aborted) {
        await transport.call(ring[count % ring.length]);
        count += 1;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
    return { count, elapsed: now() - start };
  }

  function ringOf(size) {
    if (!rings.has(size)) rings.set(size, values.ring(size));
    return rings.get(size);
  }
}

function ownListeners(index, members, listeners) {
  const own = Object.entries(listeners).filter(([topic]) => listenersOf(topic, members).includes(index));
  return Object.fromEntries(own);
}
