// Publish and subscribe through a Redis server on the same machine, with ioredis and JSON.

import { RECEIVER } from "../duties.mjs";
import { beMember, ownIndex } from "../member.mjs";
import { chat } from "../values.mjs";
import { PendingCalls } from "./pending-calls.mjs";
import { connectRedis, shutDownRedis } from "./redis-connection.mjs";
import { RedisPublisher } from "./redis-publisher.mjs";

await beMember(ownIndex, { values: chat, join }, shutDownRedis);

/** Channels have the names of topics; `calls-N` and `answers-N` are for member N. */
async function join(listeners) {
  const calls = new PendingCalls();
  const publisher = new RedisPublisher();
  const handlers = {
    ...listeners,
    [`calls-${ownIndex}`]: ({ from, id, value }) => publisher.publish(`answers-${from}`, { id, value }),
    [`answers-${ownIndex}`]: ({ id, value }) => calls.settle(id, value),
  };
  const subscriber = connectRedis();
  subscriber.on("message", (channel, text) => handlers[channel](JSON.parse(text)));
  await subscriber.subscribe(...Object.keys(handlers));
  return {
    publish: (topic, value) => publisher.publish(topic, value),
    call: (value) => calls.add((id) => publisher.publish(`calls-${RECEIVER}`, { from: ownIndex, id, value })),
  };
}
