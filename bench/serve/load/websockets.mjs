// Opens WebSockets that live on and say little, and asks which process each has come to.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { within } from "../../common/deadline.mjs";

const OPENING_MS = 1;
const SAYING_MS = 10_000;
const TEXT = Buffer.from("hello");
const HEADER_BYTES = 2;
const FINAL_TEXT = 0x81;
const MASKED = 0x80;

/** Resolves to the number of sockets at each process, and of those that were not opened or not answered. */
export async function openWebSockets({ port, sockets }) {
  const opening = [];
  for (let index = 0; index < sockets; index += 1) {
    opening.push(openOne(port));
    await pause(OPENING_MS);
  }
  const opened = await Promise.allSettled(opening);
  const open = opened.filter(({ status }) => status === "fulfilled").map(({ value }) => value);
  // All are open when each says something and waits for the echo.
  const echoes = await Promise.allSettled(open.map(({ socket }) => echo(socket)));
  for (const { socket } of open) socket.destroy();
  const answered = echoes.filter(({ status }) => status === "fulfilled").length;
  return { spread: Object.values(countBy(open.map(({ who }) => who))), lost: sockets - answered };
}

async function openOne(port) {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => {});
  const key = randomBytes(16).toString("base64");
  const lines = ["Host: bench", "Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Key: ${key}`];
  socket.write(`GET / HTTP/1.1\r\n${lines.join("\r\n")}\r\nSec-WebSocket-Version: 13\r\n\r\n`);
  const [head] = await within(SAYING_MS, once(socket, "data"), "a WebSocket was not open");
  const who = /\r\nx-served-by: (\S+)/i.exec(head.latin1Slice())?.[1];
  if (who === undefined) throw new Error("the server opens no WebSockets");
  return { socket, who };
}

async function echo(socket) {
  const mask = randomBytes(4);
  const masked = TEXT.map((byte, index) => byte ^ mask[index % mask.length]);
  socket.write(Buffer.concat([Buffer.from([FINAL_TEXT, MASKED + TEXT.length]), mask, masked]));
  const [answer] = await within(SAYING_MS, once(socket, "data"), "a WebSocket was not answered");
  if (!answer.subarray(HEADER_BYTES).equals(TEXT)) throw new Error("another message came back");
}

function countBy(names) {
  const counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
