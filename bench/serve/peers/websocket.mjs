// As much of RFC 6455 as an echo of short messages needs, each in a chunk of its own.

import { createHash } from "node:crypto";

const KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const HEADER_BYTES = 2;
const MASK_BYTES = 4;

/** The answer names who serves it. */
export function acceptWebSocket({ headers }, socket, who) {
  const accept = createHash("sha1").update(`${headers["sec-websocket-key"]}${KEY_SUFFIX}`).digest("base64");
  const lines = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accept}`, `X-Served-By: ${who}`];
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
  socket.on("data", (frame) => socket.write(unmasked(frame)));
  socket.on("error", () => {});
}

function unmasked(frame) {
  const mask = frame.subarray(HEADER_BYTES, HEADER_BYTES + MASK_BYTES);
  const payload = frame.subarray(HEADER_BYTES + MASK_BYTES).map((byte, index) => byte ^ mask[index % MASK_BYTES]);
  return Buffer.concat([Buffer.from([frame[0], payload.length]), payload]);
}
