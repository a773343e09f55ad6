// A TLS session is resumed by whatever process serves the next connection, also after a reload, and with a new master.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { connect, type SecureVersion } from "node:tls";
import { ca } from "../helpers/clients/draining-node.js";
import { eventually, within } from "../helpers/deadline.js";
import { allServe, runHosted } from "../helpers/hosted.js";
import { portOf } from "../helpers/http.js";
import { Program } from "../helpers/program.js";

/** More than nodes, so that each gets some. */
const CONNECTIONS = 6;
const VERSIONS = ["TLSv1.2", "TLSv1.3"] as const;

interface Start {
  how: string;
  start: (t: TestContext) => Program;
  alpn?: string;
}

const services: readonly Start[] = [
  { how: "https, listen()", start: (t) => own(t, "https", {}) },
  { how: "tls, listen(), round-robin", start: (t) => own(t, "tls", { balance: "round-robin" }) },
  { how: "https, listen(), the master serves too", start: (t) => own(t, "https", { nodes: 2, masterListen: true }) },
  { how: "http2, listen()", start: (t) => own(t, "secure http2", {}), alpn: "h2" },
  { how: "https, unmodified", start: (t) => runHosted(t, "server-kind.js", { args: ["https"] }) },
  {
    how: "tls, unmodified, round-robin",
    start: (t) => runHosted(t, "server-kind.js", { args: ["tls"], run: { balance: "round-robin" } }),
  },
  {
    how: "http2, unmodified, sticky",
    start: (t) => runHosted(t, "server-kind.js", { args: ["secure http2"], run: { balance: "sticky" } }),
    alpn: "h2",
  },
];

for (const { how, start, alpn } of services) {
  test(`${how}: every process resumes the sessions of every other, before and after`, async (t) => {
    const program = start(t);
    const port = portOf(await allServe(program));
    const clients = VERSIONS.map((version) => new Client(t, port, version, alpn));
    await resume(clients, "in each node");
    program.kill("SIGHUP");
    await program.first("reload", ({ state }) => state === "done");
    await resume(clients, "after a reload");
    program.kill("SIGUSR2");
    await eventually(() => !program.processes.includes(program.pid), "the old master ends");
    await resume(clients, "with a new master");
    process.kill(masterOf(program), "SIGTERM");
    await program.leavesNothing();
  });
}

function own(t: TestContext, kind: string, options: object): Program {
  return Program.start(t, "serves-kind.js", { args: [kind, JSON.stringify(options)] });
}

function masterOf(program: Program): number {
  return program.all("ready").findLast(({ id }) => id === "master")?.pid ?? 0;
}

async function resume(clients: readonly Client[], when: string): Promise<void> {
  for (const client of clients) {
    for (let count = 0; count < CONNECTIONS; count++) await client.connect();
    assert.deepEqual(client.full, 1, `full handshakes with ${client.version} ${when}`);
  }
}

/** Comes with the session that it got last. */
class Client {
  readonly version: SecureVersion;
  /** Handshakes that resumed no session. */
  full = 0;
  readonly #t: TestContext;
  readonly #port: number;
  readonly #alpn: string | undefined;
  #session: Buffer | undefined;

  constructor(t: TestContext, port: number, version: SecureVersion, alpn: string | undefined) {
    this.#t = t;
    this.#port = port;
    this.version = version;
    this.#alpn = alpn;
  }

  async connect(): Promise<void> {
    const socket = connect({
      host: "127.0.0.1",
      port: this.#port,
      ca,
      minVersion: this.version,
      maxVersion: this.version,
      ...(this.#alpn && { ALPNProtocols: [this.#alpn] }),
      ...(this.#session && { session: this.#session }),
    });
    this.#t.after(() => socket.destroy());
    const ticket = once(socket, "session") as Promise<[Buffer]>;
    ticket.catch(() => {});
    await within(once(socket, "secureConnect"), "the handshake ends");
    if (!socket.isSessionReused()) {
      this.full += 1;
      this.#session = (await within(ticket, "a ticket comes"))[0];
    }
    socket.destroy();
  }
}
