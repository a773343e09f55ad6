// The open connections of one server, and which of them have something in flight.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Server as HttpServer, type ServerResponse } from "node:http";
import type { Http2Session } from "node:http2";
import { Server as HttpsServer } from "node:https";
import type { Server, Socket } from "node:net";
import { Server as TlsServer } from "node:tls";

/** What Node publishes for each HTTP/1 request and for each finished response, whoever listens on the server. */
interface Exchange {
  response: ServerResponse;
  socket: Socket;
  server: Server;
}

/**
 * HTTP/1 connections, HTTP/2 sessions and all others are kept apart, as each ends in its own way: the first are idle
 * between two exchanges, the second finish their streams by themselves, of the others only the program knows.
 */
export class Connections {
  readonly http1: Map<Socket, Set<ServerResponse>> = new Map();
  readonly http2: Set<Http2Session> = new Set();
  readonly others: Set<Socket> = new Set();
  readonly #server: Server;
  readonly #speaksHttp1: boolean;
  /** Called when an HTTP/1 request begins. */
  onRequest: (socket: Socket, response: ServerResponse) => void = () => {};

  constructor(server: Server) {
    this.#server = server;
    this.#speaksHttp1 = server instanceof HttpServer || server instanceof HttpsServer;
    server.prependListener(server instanceof TlsServer ? "secureConnection" : "connection", this.#add);
    server.prependListener("session", this.#addSession);
    for (const event of ["upgrade", "connect"]) this.#watchUpgrades(event);
    subscribe("http.server.request.start", this.#begin);
    subscribe("http.server.response.finish", this.#finish);
  }

  /** Ends the watch: nothing of it stays behind. */
  release(): void {
    unsubscribe("http.server.request.start", this.#begin);
    unsubscribe("http.server.response.finish", this.#finish);
  }

  readonly #add = (socket: Socket): void => {
    if (this.#speaksHttp1) this.http1.set(socket, new Set());
    else this.others.add(socket);
    socket.once("close", () => {
      this.http1.delete(socket);
      this.others.delete(socket);
    });
  };

  readonly #addSession = (session: Http2Session): void => {
    this.http2.add(session);
    this.others.delete(session.socket);
    session.once("close", () => this.http2.delete(session));
  };

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
    if (this.http1.delete(socket)) this.others.add(socket);
  };

  readonly #begin = (message: unknown): void => {
    const { response, socket, server } = message as Exchange;
    if (server !== this.#server) return;
    this.others.delete(socket);
    const responses = this.http1.get(socket) ?? new Set();
    this.http1.set(socket, responses.add(response));
    this.onRequest(socket, response);
  };

  readonly #finish = (message: unknown): void => {
    const { response, socket } = message as Exchange;
    this.http1.get(socket)?.delete(response);
  };
}
