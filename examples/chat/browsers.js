// The browsers that hang on this process, each by a stream of server-sent events (https://html.spec.whatwg.org/#sse).

import { Cursor } from "./cursor.js";

/** Milliseconds after which a browser that lost its node connects again, and finds another one. */
const RETRY = 300;
/** Bytes that may wait for a browser that does not read. */
const MOST_WAITING = 1_000_000;

export class Browsers {
  #node;
  #room;
  #census;
  #streams = new Set();
  #state = "open";

  constructor(node, room, census) {
    this.#node = node;
    this.#room = room;
    this.#census = census;
    room.on("message", (message) => this.#each((stream) => stream.show(message)));
    census.on("change", () => this.#each((stream) => stream.send("processes", census.processes)));
  }

  /** Serves a browser from where it stopped reading, at this process or at another. */
  attach(response, name, lastEventId) {
    const stream = new EventStream(response, lastEventId);
    const leave = this.#census.enter(name);
    this.#streams.add(stream);
    response.on("close", () => {
      this.#streams.delete(stream);
      leave();
    });
    stream.send("hello", { id: this.#node, pid: process.pid, name });
    stream.send("processes", this.#census.processes);
    for (const message of this.#room.messages) stream.show(message);
    if (this.#state === "closed") stream.end();
  }

  /** Ends every stream, also those to come; the browsers connect again by themselves. */
  letGo() {
    this.#state = "closed";
    this.#each((stream) => stream.end());
  }

  #each(action) {
    for (const stream of this.#streams) action(stream);
  }
}

class EventStream {
  #response;
  #cursor;

  constructor(response, lastEventId) {
    this.#response = response;
    this.#cursor = new Cursor(lastEventId);
    // With the stream the connection ends, too: kept alive, it would lead back to the same node.
    const headers = { "content-type": "text/event-stream", "cache-control": "no-store", connection: "close" };
    response.writeHead(200, headers).flushHeaders();
    response.write(`retry: ${RETRY}\n\n`);
  }

  /** Sends a message unless the browser has it. Its id says all that the browser has seen by then. */
  show(message) {
    if (this.#cursor.pass(message)) this.send("message", message, `id: ${this.#cursor}\n`);
  }

  send(event, data, id = "") {
    this.#response.write(`${id}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    // It misses nothing: it comes back with the id of the last message that it read.
    if (this.#response.writableLength > MOST_WAITING) this.#response.destroy();
  }

  end() {
    this.#response.end();
  }
}
