// Pure: the PROXY header of version 1, one line of text.
import { inspect } from "node:util";
import { formatIPv6, isIPv4, parseIPv6 } from "./ip-address.js";
import { complete, incomplete, malformed, type ProxiedClient, type ProxyHeader } from "./proxied.js";

/** Bytes, the line's end included. */
const LONGEST = 107;
const END = "\r\n";
const UNKNOWN = "PROXY UNKNOWN";
const FIELDS = "two addresses of the family and two ports";
const BEGINNINGS: readonly string[] = ["PROXY TCP4 ", "PROXY TCP6 ", `${UNKNOWN} `, `${UNKNOWN}${END}`];

/** Reads `PROXY TCP4 <client> <server> <client's port> <server's port>`, the same for TCP6, or `PROXY UNKNOWN …`. */
export function readVersion1(bytes: Buffer): ProxyHeader {
  const text = bytes.toString("latin1", 0, LONGEST);
  const begins = BEGINNINGS.some((beginning) => text.startsWith(beginning) || beginning.startsWith(text));
  if (!begins) return malformed(`expected PROXY and TCP4, TCP6 or UNKNOWN, got ${show(text)}`);
  const end = text.indexOf(END);
  if (end === -1) return withoutEnd(text);
  const length = end + END.length;
  if (text.startsWith(UNKNOWN)) return complete(length, "local");
  const line = text.slice(0, end);
  const client = clientOf(line.split(" "));
  return client === undefined ? malformed(`expected ${FIELDS}, got ${show(line)}`) : complete(length, client);
}

function withoutEnd(text: string): ProxyHeader {
  if (text.length === LONGEST) return malformed(`expected a line of at most ${LONGEST} bytes, got ${show(text)}`);
  const fields = text.startsWith("PROXY TCP") ? text.slice("PROXY TCP4 ".length) : "";
  return /^[\d.:A-Fa-f ]*\r?$/.test(fields) ? incomplete : malformed(`expected ${FIELDS}, got ${show(text)}`);
}

function clientOf(fields: readonly string[]): ProxiedClient | undefined {
  const [, protocol, source = "", destination = "", sourcePort = "", destinationPort = ""] = fields;
  const canonical = protocol === "TCP4" ? canonicalIPv4 : canonicalIPv6;
  const address = canonical(source);
  const isWhole = fields.length === 6 && isPort(sourcePort) && isPort(destinationPort);
  if (address === undefined || canonical(destination) === undefined || !isWhole) return undefined;
  return { address, port: Number(sourcePort), family: protocol === "TCP4" ? "IPv4" : "IPv6" };
}

function canonicalIPv4(text: string): string | undefined {
  return isIPv4(text) ? text : undefined;
}

function canonicalIPv6(text: string): string | undefined {
  const groups = parseIPv6(text);
  return groups === undefined ? undefined : formatIPv6(groups);
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}

/** It comes from outside and may end in a log: on one line, and without control characters. */
function show(text: string): string {
  return inspect(text, { breakLength: Number.POSITIVE_INFINITY });
}
