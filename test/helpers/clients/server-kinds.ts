// What answers, asked on a fresh connection, by each kind of server that test/fixtures/server-kinds.ts makes.
import { readFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { get as getHttps } from "node:https";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { certificate } from "../certificate.js";
import { get } from "../http.js";

const ca = readFileSync(certificate.cert);
const host = "127.0.0.1";

/** By kind of server, how to ask one for its answer. */
export const clients: Readonly<Record<string, (port: number) => Promise<string>>> = {
  http: async (port) => (await get(port)).body,
  https: (port) => read((done) => getHttps({ host, port, ca, agent: false }, done)),
  http2: (port) => readHttp2(`http://${host}:${port}`),
  "secure http2": (port) => readHttp2(`https://${host}:${port}`),
  net: (port) => read((done) => done(connect(port, host))),
  tls: (port) => read((done) => done(connectTls({ host, port, ca }))),
  "async function": async (port) => (await get(port)).body,
};

/** Everything that a readable says. */
function read(start: (done: (stream: NodeJS.ReadableStream) => void) => unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    start((stream) => {
      let text = "";
      stream.on("data", (chunk) => {
        text += String(chunk);
      });
      stream.on("end", () => resolve(text)).on("error", reject);
    });
  });
}

async function readHttp2(origin: string): Promise<string> {
  const session = connectHttp2(origin, { ca });
  try {
    return await read((done) => done(session.on("error", () => {}).request({ ":path": "/" })));
  } finally {
    session.close();
  }
}
