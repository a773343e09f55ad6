// Clients that tell who answered them: byte for byte, from an address of their own, behind a proxy, through TLS.
import { readFileSync } from "node:fs";
import { once } from "node:events";
import { connect, type NetConnectOpts, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { certificate } from "../certificate.js";
import { within } from "../deadline.js";

/** What the servers of test/fixtures/balance-service.ts answer. */
export interface Said {
  id: string;
  pid: number;
  url: string;
  body: string;
  remoteAddress: string;
  remotePort: number;
  remoteFamily: string;
}

export interface Asking {
  /** What comes before all else: a proxy's header. */
  before?: string | Buffer;
  /** Where the client has its address. Default: 127.0.0.1. */
  from?: string;
  /** In how many writes, each sent when the one before has left. Default: 1. */
  pieces?: number;
  secure?: boolean;
}

/** A request of its own, as text. */
export function request(url = "/", headers: readonly string[] = [], body = ""): string {
  const lines = [`POST ${url} HTTP/1.1`, "Host: a", `Content-Length: ${Buffer.byteLength(body, "latin1")}`, ...headers];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** What one request on a fresh connection is answered. */
export async function ask(
  port: number,
  options: Asking = {},
  url = "/",
  headers: readonly string[] = [],
): Promise<Said> {
  const text = await say(port, request(url, ["Connection: close", ...headers]), options);
  return answersIn(text)[0] ?? fail(text);
}

/** All that a fresh connection on which this is sent is answered, until it ends, however that is. */
export async function say(port: number, text: string, options: Asking = {}): Promise<string> {
  const socket = await open(port, options);
  let received = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    received += chunk;
  });
  const over = new Promise((resolve) => socket.on("error", () => {}).on("close", resolve));
  await write(socket, Buffer.from(text, "latin1"), options.pieces ?? 1);
  await within(over, () => `the connection ends; got ${received}`);
  return received;
}

/** The bodies of answers, in their order. */
export function answersIn(text: string): Said[] {
  const answers = [...text.matchAll(/\{"id".*?\}/g)].map(([answer]) => JSON.parse(answer) as Said);
  return answers.map((said) => ({ ...said, body: decodeURIComponent(said.body) }));
}

/** Connections that are open, each with the one who greeted. */
export async function greeted(port: number, count: number): Promise<{ id: string; socket: Socket }[]> {
  return within(Promise.all(Array.from({ length: count }, () => greetedOnce(port))), "connections are greeted");
}

async function greetedOnce(port: number): Promise<{ id: string; socket: Socket }> {
  const socket = connect(port, "127.0.0.1");
  const [greeting] = (await once(socket, "data")) as [Buffer];
  socket.on("error", () => {}).resume();
  return { socket, id: String(greeting).trim() };
}

async function open(port: number, { before, from, secure }: Asking): Promise<Socket> {
  const local: Partial<NetConnectOpts> = from === undefined ? {} : { localAddress: from };
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, ...local });
  await within(once(socket, "connect"), "a connection opens");
  if (before !== undefined) await write(socket, Buffer.from(before as string, "latin1"), 1);
  return secure ? connectTls({ socket, ca: readFileSync(certificate.cert), host: "127.0.0.1" }) : socket;
}

async function write(socket: Socket, bytes: Buffer, pieces: number): Promise<void> {
  const size = Math.ceil(bytes.length / pieces);
  for (let at = 0; at < bytes.length; at += size) {
    await new Promise((resolve) => socket.write(bytes.subarray(at, at + size), resolve));
  }
}

function fail(text: string): never {
  throw new Error(`there is no answer in ${JSON.stringify(text)}`);
}
