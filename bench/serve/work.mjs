// What is measured. Each has a `name`, a `title`, its `metrics` with their headings, and `measure(service, how)`.
// `order` are the metrics that decide who is ahead, and `more` whether more is better; `plain`: a plain handler will do.

import { kill, reload, stop } from "./work/disturbed.mjs";
import { speed } from "./work/speed.mjs";
import { start } from "./work/start.mjs";
import { websockets } from "./work/websockets.mjs";

export const WORKS = [
  speed("fresh", "Fresh connections, one request on each", { path: "/", fresh: true, plain: true }),
  speed("keep-alive", "Kept connections", { path: "/", fresh: false, plain: true }),
  speed("blocking", "Fresh connections, 2 % of the requests block the event loop for 60 ms", {
    path: "/",
    fresh: true,
    blockShare: 0.02,
  }),
  speed("big", "Responses of 1 MiB, kept connections", { path: "/big", fresh: false, plain: true }),
  speed("tls", "Fresh TLS connections, one request on each", { path: "/", fresh: true, tls: true }),
  websockets,
  start,
  reload,
  kill,
  stop,
];

/** Who is to do it. What shares no port is there for comparison with the start alone. */
export function peersFor(work, peers) {
  return peers.filter((peer) => !peer.apart || work.name === "start");
}

/** Why this peer cannot do this work, or undefined. */
export function refusal(work, peer) {
  if (peer.plain && !work.plain) return "measured with the plain handler only";
  return work.refuses?.(peer);
}
