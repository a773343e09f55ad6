// What of a server's requests is timed: each from its beginning to the end of its answer, whatever it speaks.
import assert from "node:assert/strict";
import { once } from "node:events";
import http, { type RequestListener } from "node:http";
import http2 from "node:http2";
import net, { type AddressInfo, type Server, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { Connections } from "#src/serve/connections.js";
import { ResponseTimes } from "#src/serve/response-times.js";
import { within } from "../../helpers/deadline.js";

/** Milliseconds that an answer takes, by its path. */
const SLOW = 1_000;

test("an HTTP/1 request, from its head to its answer's end", async (t) => {
  const { port, times } = await serving(t, (answer) => http.createServer(answer));
  await fetch(`http://127.0.0.1:${port}/slow`, { headers: { connection: "close" } }).then((answer) => answer.text());
  near(times.beat()?.p50, SLOW);
});

test("every request of a connection that stays open", async (t) => {
  const { port, times } = await serving(t, (answer) => http.createServer(answer));
  const client = connect(t, port);
  for (const path of ["/slow", "/", "/", "/"]) {
    client.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await answers(client, 1);
  }
  const told = times.beat();
  near(told?.p50, 0.01);
  near(told?.p99, SLOW);
});

test("requests that do not wait for each other disturb nothing", async (t) => {
  const { port, times } = await serving(t, (answer) => http.createServer(answer));
  const client = connect(t, port);
  client.write("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3));
  await answers(client, 3);
  near(times.beat()?.p99, SLOW);
  client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await answers(client, 1);
  near(times.beat()?.p50, 0.01, "the fast one counts too");
});

test("an answer that never came to its end has no time", async (t) => {
  const server = http.createServer();
  const times = watch(t, server, new ResponseTimes());
  const port = await portOf(server);
  const client = connect(t, port);
  client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const [, response] = (await once(server, "request")) as [unknown, http.ServerResponse];
  client.destroy();
  await once(response, "close");
  assert.equal(times.beat(), null);
});

test("an HTTP/2 stream, unless it was cut off", async (t) => {
  const { port, times, server } = await serving(t, (answer) => http2.createServer(answer as never));
  const session = http2.connect(`http://127.0.0.1:${port}`);
  t.after(() => session.destroy());
  session.request({ ":path": "/slow" }).resume();
  const [answered] = (await once(server, "stream")) as [http2.ServerHttp2Stream];
  await once(answered, "close");
  near(times.beat()?.p50, SLOW);
  server.removeAllListeners("request");
  const cut = session.request({ ":path": "/" });
  const [stream] = (await once(server, "stream")) as [http2.ServerHttp2Stream];
  const closed = once(stream, "close");
  cut.close(http2.constants.NGHTTP2_CANCEL);
  await closed;
  near(times.beat()?.p99, SLOW, "nothing was added");
});

interface Timed {
  server: Server;
  port: number;
  times: ResponseTimes;
}

/** A server whose clock goes on only for what is slow. */
async function serving(t: TestContext, make: (answer: RequestListener) => Server): Promise<Timed> {
  let now = 1;
  const server = make((request, response) => {
    if (request.url === "/slow") now += SLOW;
    response.end("done");
  });
  const times = watch(t, server, new ResponseTimes(() => now));
  return { server, times, port: await portOf(server) };
}

function watch(t: TestContext, server: Server, times: ResponseTimes): ResponseTimes {
  const connections = new Connections(server, times);
  t.after(() => {
    connections.release();
    connections.cut();
    server.close();
  });
  return times;
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function connect(t: TestContext, port: number): Socket {
  const client = net.connect(port, "127.0.0.1");
  t.after(() => client.destroy());
  return client;
}

/** Resolves when so many answers have come. */
function answers(client: Socket, wanted: number): Promise<void> {
  let text = "";
  const all = (async () => {
    while (text.split("done").length - 1 < wanted) text += String((await once(client, "data"))[0]);
  })();
  return within(all, () => `${wanted} answers: ${text}`);
}

function near(told: number | undefined, wanted: number, why = ""): void {
  assert.ok(Math.abs((told ?? Number.NaN) - wanted) <= wanted * 0.05, `${told} instead of ${wanted} ${why}`);
}
