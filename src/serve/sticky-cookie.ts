// The setting stickyCookie: an answer tells the client which slot of the service it comes from, so that it comes back.
import type { IncomingMessage, ServerResponse } from "node:http";
import { cookieIn } from "../balance/request-head.js";

export interface StickyCookie {
  /** The cookie's. */
  name: string;
  /** The slot that this process fills: its successor gets the same. */
  slot: string;
}

/** How Node's responses make their head; the same in Node 20 to 26. */
interface Internals {
  _header: string;
  _storeHeader(firstLine: string, ...headers: unknown[]): void;
}

const SWITCHES_PROTOCOL = "HTTP/1.1 101 ";

/** Adds the cookie to an answer, whichever way the program sets its headers, unless the client has it already. */
export function setStickyCookie(
  { name, slot }: StickyCookie,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (cookieIn(request.headers.cookie ?? "", name) === slot) return;
  const internals = response as unknown as Internals;
  const storeHeader = internals._storeHeader.bind(response);
  const secure = isSecure(request) ? "; Secure" : "";
  internals._storeHeader = (firstLine, ...headers) => {
    storeHeader(firstLine, ...headers);
    if (firstLine.startsWith(SWITCHES_PROTOCOL)) return;
    const field = `Set-Cookie: ${name}=${slot}; Path=/; HttpOnly; SameSite=Lax${secure}`;
    internals._header = `${internals._header.slice(0, -2)}${field}\r\n\r\n`;
  };
}

/** This process speaks no TLS with the client: a proxy before it may. */
function isSecure({ headers }: IncomingMessage): boolean {
  return /^https\b/i.test(String(headers["x-forwarded-proto"] ?? ""));
}
