// Makes a response the last one of its connection: it says `Connection: close`, whatever headers the program sets.
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** How Node's responses write their head; the same in Node 20 to 26. */
interface Internals {
  socket: Socket | null;
  /** The head, once the program's headers are known. */
  _header: string | null;
  /** Whether the head is in `outputData` or has been written to the socket. */
  _headerSent: boolean;
  /** Whether Node ends the connection after this response. */
  _last: boolean;
  /** What waits until the responses before this one are written. */
  outputData: { data: unknown }[];
  outputSize: number;
  _send(...data: unknown[]): unknown;
  assignSocket(socket: Socket): unknown;
}

const SWITCHES_PROTOCOL = /^HTTP\/1\.\d 101 /;
const CONNECTION_FIELDS = /\r\n(connection|keep-alive):([^\r\n]*)/gi;
const PERSISTENCE = /^(?:close|keep-alive)?$/i;

/**
 * Decides at the moment when the head of a response is written to the socket, as the program may set headers until then, and
 * a client may send further requests. The head of a response that waits for earlier ones is written when its turn comes.
 */
export function endAfter(response: ServerResponse, isLast: () => boolean): void {
  const internals = response as unknown as Internals;
  const send = internals._send.bind(response);
  const assignSocket = internals.assignSocket.bind(response);
  internals._send = (...data) => {
    if (internals.socket !== null && !internals._headerSent && isLast()) sayClose(internals);
    return send(...data);
  };
  internals.assignSocket = (socket) => {
    if (internals._headerSent && isLast()) sayClose(internals);
    return assignSocket(socket);
  };
}

function sayClose(response: Internals): void {
  const head = response._header;
  if (head === null || SWITCHES_PROTOCOL.test(head)) return;
  response._header = closing(head);
  response._last = true;
  const [first] = response.outputData;
  if (typeof first?.data !== "string" || !first.data.startsWith(head)) return;
  first.data = response._header + first.data.slice(head.length);
  response.outputSize += response._header.length - head.length;
}

/** Other options of `Connection` stay, as they name fields that are for this connection only (RFC 9110, 7.6.1). */
function closing(head: string): string {
  const options: string[] = [];
  const others = head.replace(CONNECTION_FIELDS, (_field, name: string, value: string) => {
    if (name.toLowerCase() === "connection") options.push(...value.split(","));
    return "";
  });
  const kept = options.map((option) => option.trim()).filter((option) => !PERSISTENCE.test(option));
  return `${others.slice(0, -2)}Connection: ${[...kept, "close"].join(", ")}\r\n\r\n`;
}
