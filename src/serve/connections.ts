// The open connections of one server, and what each protocol has in flight on them.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Server as HttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { ServerHttp2Session } from "node:http2";
import type { Server, Socket } from "node:net";
import { Deferred } from "../promises.js";
import { Http1Connection } from "./http1-connection.js";
import { Http2Connection } from "./http2-connection.js";

/** What Node publishes for each HTTP/1 request and for each finished response, whoever listens on the server. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  socket: Socket;
  server: Server;
}

/**
 * HTTP/1 connections are idle between two exchanges, HTTP/2 sessions finish their streams by themselves; of all others,
 * upgraded ones among them, only the program knows what is in flight.
 */
export class Connections {
  readonly #server: Server;
  /** What was accepted; below TLS this is the plain connection, from before the handshake on. */
  readonly #accepted = new Set<Socket>();
  readonly #http1 = new Map<Socket, Http1Connection>();
  readonly #http2 = new Set<Http2Connection>();
  readonly #allClosed = new Deferred<void>();
  /** Set once the server drains. */
  #grace: number | undefined;
  #connectionsBegun = 0;
  #requestsBegun = 0;

  constructor(server: Server) {
    this.#server = server;
    server.prependListener("connection", this.#accept);
    if (server instanceof HttpServer) server.prependListener("connection", this.#addHttp1);
    if (isHttps(server)) server.prependListener("secureConnection", this.#addHttp1);
    server.prependListener("session", this.#addHttp2);
    for (const event of ["upgrade", "connect"]) this.#watchUpgrades(event);
    subscribe("http.server.request.start", this.#begin);
    subscribe("http.server.response.finish", this.#finish);
  }

  /** Open connections. */
  get size(): number {
    return this.#accepted.size;
  }

  /** Requests, upgrades and HTTP/2 streams that have begun; connections, where the server knows none of these. */
  get served(): number {
    return this.#requestsBegun > 0 ? this.#requestsBegun : this.#connectionsBegun;
  }

  /** Brings every connection to its end as its protocol allows, those in a handshake too; resolves after the last. */
  drain(grace: number): Promise<void> {
    this.#grace = grace;
    for (const connection of [...this.#http1.values(), ...this.#http2]) connection.drain(grace);
    if (isTls(this.#server)) this.#endSilent(grace);
    if (this.#accepted.size === 0) this.#allClosed.resolve();
    return this.#allClosed.promise;
  }

  cut(): void {
    for (const connection of this.#http2) connection.destroy();
    for (const socket of [...this.#http1.keys(), ...this.#accepted]) socket.destroy();
  }

  /** Ends the watch: nothing of it stays behind. */
  release(): void {
    unsubscribe("http.server.request.start", this.#begin);
    unsubscribe("http.server.response.finish", this.#finish);
  }

  readonly #accept = (socket: Socket): void => {
    this.#accepted.add(socket);
    this.#connectionsBegun += 1;
    socket.once("close", () => {
      this.#accepted.delete(socket);
      if (this.#grace !== undefined && this.#accepted.size === 0) this.#allClosed.resolve();
    });
  };

  readonly #addHttp1 = (socket: Socket): Http1Connection => {
    const connection = new Http1Connection(socket);
    this.#http1.set(socket, connection);
    socket.once("close", () => this.#removeHttp1(socket));
    if (this.#grace !== undefined) connection.drain(this.#grace);
    return connection;
  };

  #removeHttp1(socket: Socket): void {
    this.#http1.get(socket)?.release();
    this.#http1.delete(socket);
  }

  readonly #addHttp2 = (session: ServerHttp2Session): void => {
    const connection = new Http2Connection(session);
    this.#http2.add(connection);
    session.on("stream", () => {
      this.#requestsBegun += 1;
    });
    session.once("close", () => this.#http2.delete(connection));
    if (this.#grace !== undefined) connection.drain(this.#grace);
  };

  /** A client that never begins its TLS handshake has nothing in flight. */
  #endSilent(grace: number): void {
    setTimeout(() => {
      for (const socket of this.#accepted) if (socket.bytesRead === 0) socket.destroy();
    }, grace).unref();
  }

  /** A listener for upgrades changes what a server does, so ours comes only with the program's own. */
  #watchUpgrades(event: string): void {
    if (this.#server.listenerCount(event) > 0) {
      this.#server.prependListener(event, this.#upgrade);
      return;
    }
    const onNewListener = (name: string | symbol): void => {
      if (name !== event) return;
      this.#server.off("newListener", onNewListener);
      this.#server.prependListener(event, this.#upgrade);
    };
    this.#server.on("newListener", onNewListener);
  }

  readonly #upgrade = (_request: unknown, socket: Socket): void => {
    this.#requestsBegun += 1;
    this.#removeHttp1(socket);
  };

  /** Also on a connection that the program, or HTTP/2's server with `allowHTTP1`, has handed to Node's HTTP/1. */
  readonly #begin = (message: unknown): void => {
    const { response, socket, server } = message as Exchange;
    if (server !== this.#server && !this.#accepted.has(socket)) return;
    this.#requestsBegun += 1;
    const connection = this.#http1.get(socket) ?? this.#addHttp1(socket);
    connection.begin(response);
  };

  readonly #finish = (message: unknown): void => {
    const { request, response, socket } = message as Exchange;
    this.#http1.get(socket)?.finish(request, response);
  };
}

/** Most programs load none of TLS, and are not to do so for our sake. */
function isTls(server: Server): boolean {
  return "addContext" in server;
}

function isHttps(server: Server): boolean {
  return isTls(server) && server instanceof process.getBuiltinModule("node:https").Server;
}
