// One connection of the load generator: a request at a time, whose outcome is told once.

import { connect } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { Response } from "./response.mjs";

const HOST = "127.0.0.1";

/** By path: the length of the body, and how it starts. */
const BODIES = {
  "/": { length: 100, start: "Hello from one" },
  "/block": { length: 100, start: "Hello from one" },
  "/big": { length: 1024 * 1024, start: "0123456789abcdef" },
};

export class Connection {
  #socket;
  #response;
  #onOutcome;
  #onEnd;
  #isOpen = true;

  /** `onEnd` is called when it can carry nothing more. */
  constructor({ port, tls }, onEnd = () => {}) {
    this.#onEnd = onEnd;
    this.#socket = tls
      ? connectSecurely({ port, host: HOST, rejectUnauthorized: false })
      : connect({ port, host: HOST, noDelay: true });
    this.#socket.on("data", (chunk) => this.#onData(chunk));
    this.#socket.on("error", ({ code }) => this.#settle(code === "ECONNREFUSED" ? "refused" : "reset"));
    for (const event of ["end", "close"]) this.#socket.on(event, () => this.#finish());
  }

  get isOpen() {
    return this.#isOpen;
  }

  /** `onOutcome` gets "ok", "refused", "reset", "wrong" or "timedOut", and whether the connection can go on. */
  ask(path, isFresh, onOutcome) {
    this.#response = new Response(BODIES[path]);
    this.#onOutcome = onOutcome;
    this.#socket.write(isFresh ? freshRequest(path) : keptRequest(path));
  }

  giveUp(outcome = "timedOut") {
    this.#settle(outcome);
    this.#socket.destroy();
  }

  close() {
    this.#socket.destroy();
  }

  #onData(chunk) {
    const response = this.#response;
    if (response === undefined || !response.take(chunk)) return;
    if (!response.keepsAlive) this.#socket.destroy();
    this.#settle(response.isRight ? "ok" : "wrong", response.keepsAlive);
  }

  #finish() {
    this.#isOpen = false;
    this.#onEnd();
    this.#settle("reset");
  }

  #settle(outcome, goesOn = false) {
    const tell = this.#onOutcome;
    this.#onOutcome = undefined;
    this.#response = undefined;
    tell?.(outcome, goesOn);
  }
}

const freshRequest = (path) => `GET ${path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n`;
const keptRequest = (path) => `GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`;
