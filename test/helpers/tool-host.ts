// A node as its tools see it, and the REPL's client.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { useTool } from "#src/node/tools/tools.js";
import type { ToolHost } from "#src/node/tools/host.js";
import { eventually, within } from "./deadline.js";
import { temporaryFolder } from "./environment.js";

/** This process as a node with a private folder of its own. */
export function toolHost(t: TestContext, own: Partial<ToolHost> = {}): ToolHost {
  const folder = temporaryFolder(t);
  return {
    id: "node-1",
    endpoint: (name) => join(folder, name),
    nodes: undefined,
    standStill: (work) => work(),
    ...own,
  };
}

/** Opens a REPL in this process; its path. */
export async function replAt(host: ToolHost): Promise<string> {
  return ((await useTool({ name: "repl" }, host)) as { path: string }).path;
}

/** The same, as soon as the one before has ended. */
export async function nextReplAt(host: ToolHost): Promise<string> {
  let path: string | undefined;
  await eventually(async () => {
    path = await replAt(host).catch(() => undefined);
    return path !== undefined;
  }, "another REPL can be had");
  return path ?? "";
}

/** A client of a REPL. */
export class ReplClient {
  /** All that has come, without what moves a cursor. */
  text = "";
  readonly socket: Socket;
  /** When the other side has ended. */
  readonly ended: Promise<unknown>;

  static async connect(t: TestContext, path: string, hello: string): Promise<ReplClient> {
    const client = new ReplClient(connect({ path, allowHalfOpen: true }));
    t.after(() => client.socket.destroy());
    await once(client.socket, "connect");
    client.socket.write(`${hello}\n`);
    return client;
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    this.ended = once(socket, "end");
    socket.setEncoding("utf8").on("data", (text: string) => {
      this.text += stripVTControlCharacters(text);
    });
  }

  /** Sends a line; resolves when what fits has come since. */
  async say(line: string, answer: RegExp): Promise<string> {
    const before = this.text.length;
    this.socket.write(`${line}\n`);
    return this.#until(() => answer.test(this.text.slice(before)), `${answer} after ${line}`, before);
  }

  /** Resolves when what fits has come. */
  see(pattern: RegExp): Promise<string> {
    return this.#until(() => pattern.test(this.text), String(pattern), 0);
  }

  /** Says that nothing more comes; resolves with all that came, when the other side has ended too. */
  async end(last = ""): Promise<string> {
    this.socket.end(last);
    await within(this.ended, () => `the REPL ends: ${this.text}`);
    return this.text;
  }

  async #until(holds: () => boolean, what: string, from: number): Promise<string> {
    const seen = (async () => {
      while (!holds()) await once(this.socket, "data");
    })();
    await within(seen, () => `${what}: ${this.text}`);
    return this.text.slice(from);
  }
}
