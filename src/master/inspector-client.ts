// A conversation with another process' inspector: requests and answers, over a WebSocket of our own (Node 20 has none).
import { get, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { Deferred } from "../promises.js";
import { clientFrame, type Incoming, MessageReader, OPCODE, upgradeRequest } from "./websocket.js";

/** What the inspector says: the answer to the request `id`, or an event, which has none. */
interface Said {
  id?: number;
  result?: unknown;
  error?: { message: string };
}

export class InspectorClient {
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  readonly #socket: Duplex;
  readonly #reader: MessageReader = new MessageReader();
  readonly #asked = new Map<number, Deferred<unknown>>();
  #lastId = 0;

  /**
   * Connects to `ws://…`, as Node names it on standard error.
   * @throws Error when nobody listens there, or it is no inspector; the signal's reason when that aborts first.
   */
  static async connect(url: string, signal: AbortSignal): Promise<InspectorClient> {
    const { socket, head } = await openSocket(new URL(url), signal);
    const client = new InspectorClient(socket);
    client.#read(head);
    return client;
  }

  private constructor(socket: Duplex) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        for (const waiting of this.#asked.values()) waiting.reject(new Error("its inspector closed the connection"));
        resolve();
      });
    });
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    // "close" follows, which is all that matters.
    socket.on("error", () => {});
    socket.on("end", () => socket.end());
  }

  /** @throws Error with the inspector's own words, or when the connection closes before the answer. */
  request(method: string, params: object = {}): Promise<unknown> {
    const answer = new Deferred<unknown>();
    this.#lastId += 1;
    this.#asked.set(this.#lastId, answer);
    if (this.#socket.destroyed) answer.reject(new Error("its inspector closed the connection"));
    this.#send(OPCODE.text, JSON.stringify({ id: this.#lastId, method, params }));
    return answer.promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    try {
      for (const message of this.#reader.push(chunk)) this.#onMessage(message);
    } catch (error) {
      this.#socket.destroy(error as Error);
    }
  }

  #onMessage(message: Incoming): void {
    if (message.type === "text") this.#onSaid(JSON.parse(message.text) as Said);
    else if (message.type === "ping") this.#send(OPCODE.pong, message.payload);
    else this.#socket.end(clientFrame(OPCODE.close), () => this.#socket.destroy());
  }

  #onSaid({ id, result, error }: Said): void {
    if (id === undefined) return;
    if (error === undefined) this.#asked.get(id)?.resolve(result);
    else this.#asked.get(id)?.reject(new Error(`its inspector says: ${error.message}`));
    this.#asked.delete(id);
  }

  #send(opcode: number, payload: string | Buffer): void {
    if (this.#socket.writable) this.#socket.write(clientFrame(opcode, payload));
  }
}

function openSocket(url: URL, signal: AbortSignal): Promise<{ socket: Duplex; head: Buffer }> {
  const { headers, accept } = upgradeRequest();
  const { hostname, port, pathname } = url;
  return new Promise((resolve, reject) => {
    const request = get({ hostname: hostname.replace(/^\[|\]$/g, ""), port, path: pathname, headers, agent: false });
    const cancel = (): void => void request.destroy(signal.reason as Error);
    signal.addEventListener("abort", cancel, { once: true });
    request.on("error", reject);
    request.on("response", (response: IncomingMessage) => {
      request.destroy(new Error(`its inspector refused the connection with status ${response.statusCode}`));
    });
    request.on("upgrade", (response: IncomingMessage, socket: Duplex, head: Buffer) => {
      signal.removeEventListener("abort", cancel);
      if (response.headers["sec-websocket-accept"] === accept) return resolve({ socket, head });
      socket.destroy();
      reject(new Error("its inspector does not speak the WebSocket protocol"));
    });
  });
}
