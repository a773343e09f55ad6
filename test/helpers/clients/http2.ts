// A strict HTTP/2 client: it does again only what the protocol says was not processed (RFC 9113, 6.8 and 8.7).
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import type { Client } from "../load.js";
import { type Flight, WrongBody } from "../load-ledger.js";

interface Connection {
  session: ClientHttp2Session;
  pid: number | undefined;
  /** The last stream that the server takes, once it said so. */
  lastStream: number;
  error: NodeJS.ErrnoException | undefined;
}

/** One session at a time for new requests; one that got a GOAWAY finishes its streams. */
export function http2Client(port: number, ca: Buffer, fits: (body: string) => boolean): Client {
  let current: Connection | undefined;
  const usable = (): Connection => {
    if (current === undefined || current.session.closed || current.session.destroyed) current = open(port, ca);
    return current;
  };
  return {
    async request(flight) {
      while (!(await attempt(usable(), flight, fits))) flight.retried += 1;
    },
    close: () => current?.session.close(),
  };
}

function open(port: number, ca: Buffer): Connection {
  const session = connect(`https://127.0.0.1:${port}`, { ca });
  const connection: Connection = { session, pid: undefined, lastStream: Number.POSITIVE_INFINITY, error: undefined };
  session.on("error", (error) => {
    connection.error = error;
  });
  session.on("goaway", (_code, lastStream) => {
    connection.lastStream = lastStream;
  });
  return connection;
}

/** False when the server said that it did not look at the request. */
async function attempt(connection: Connection, flight: Flight, fits: (body: string) => boolean): Promise<boolean> {
  flight.pid = connection.pid;
  const stream = connection.session.request({ ":path": "/" });
  try {
    const body = await read(stream, (pid, version) => {
      flight.version = version;
      flight.pid = connection.pid = pid;
    });
    if (!fits(body)) throw new WrongBody(body.slice(0, 100));
    return true;
  } catch (error) {
    if (error instanceof WrongBody) throw error;
    if (wasRefused(stream, connection)) return false;
    throw connection.error ?? broken(error as NodeJS.ErrnoException);
  }
}

/** Refused one by one, or behind the last stream of a GOAWAY, or not even sent when that came. */
function wasRefused(stream: ClientHttp2Stream, { lastStream }: Connection): boolean {
  if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) return true;
  return lastStream < Number.POSITIVE_INFINITY && (stream.id === undefined || stream.id > lastStream);
}

/** Node has names of its own for a stream whose connection broke. */
function broken(error: NodeJS.ErrnoException): NodeJS.ErrnoException {
  return error.code === "ERR_HTTP2_STREAM_CANCEL" ? Object.assign(error, { code: "ECONNRESET" }) : error;
}

function read(stream: ClientHttp2Stream, onHeaders: (pid: number, version: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = "";
    let status: number | undefined;
    stream.on("response", (headers) => {
      status = headers[":status"];
      onHeaders(Number(headers["x-pid"]), String(headers["x-version"]));
    });
    stream.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    stream.on("error", reject);
    stream.on("close", () => {
      if (stream.rstCode === constants.NGHTTP2_NO_ERROR && status === 200) resolve(body);
      else reject(Object.assign(new Error(`status ${status}, code ${stream.rstCode}`), { code: "ECONNRESET" }));
    });
  });
}
