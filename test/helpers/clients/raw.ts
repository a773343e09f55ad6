// A client that says byte for byte what a test wants, and remembers how the connection ended.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { within } from "../deadline.js";

export class RawClient {
  readonly socket: Socket;
  received = "";
  /** `end` where the server ended the connection in order, else the code of the error. */
  readonly over: Promise<string>;

  /** Connects; with options of TLS, through it. */
  static async open(t: TestContext, port: number, secure?: ConnectionOptions): Promise<RawClient> {
    const client = new RawClient(
      secure ? connectTls({ host: "127.0.0.1", port, ...secure }) : connect(port, "127.0.0.1"),
    );
    t.after(() => client.socket.destroy());
    await within(once(client.socket, secure ? "secureConnect" : "connect"), "a connection opens");
    return client;
  }

  constructor(socket: Socket) {
    this.socket = socket;
    this.over = new Promise((resolve) => {
      socket.on("end", () => resolve("end"));
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      socket.on("close", () => resolve("close"));
    });
    socket.setEncoding("latin1").on("data", (text: string) => {
      this.received += text;
    });
  }

  send(text: string): this {
    this.socket.write(text);
    return this;
  }

  /** A whole request. */
  ask(path = "/", body = ""): this {
    return this.send(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }

  /** Resolves when all this has come. */
  until(pattern: RegExp): Promise<void> {
    return this.when(() => pattern.test(this.received), String(pattern));
  }

  /** Resolves when the condition holds; it is asked anew whenever something comes. */
  async when(condition: () => boolean, what: string): Promise<void> {
    const over = this.over.then((how) => `the connection is over (${how})`);
    while (!condition()) {
      const news = await within(Promise.race([once(this.socket, "data"), over]), () => `${what}, got ${this.received}`);
      if (typeof news === "string" && !condition()) throw new Error(`${news}; ${what}, got ${this.received}`);
    }
  }

  /** Resolves to how the server ended the connection. */
  ends(): Promise<string> {
    return within(this.over, () => `the connection ends, got ${this.received}`);
  }
}
