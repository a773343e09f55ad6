// The open connections of one server, and what each protocol has in flight on them.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Server as HttpServer, IncomingMessage, type ServerResponse } from "node:http";
import type { ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { Server, Socket } from "node:net";
import { afterThisTurn, Deferred } from "../promises.js";
import { Http1Connection } from "./http1-connection.js";
import { Http2Connection } from "./http2-connection.js";
import { type Observer, observe } from "./observe.js";
import type { ResponseTimes } from "./response-times.js";
import { isHttp2, isHttps, isTls } from "./server-kind.js";
import { whenDestroyed } from "./socket-end.js";
import { setStickyCookie, type StickyCookie } from "./sticky-cookie.js";

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
  readonly #times: ResponseTimes;
  readonly #stickyCookie: StickyCookie | undefined;
  readonly #speaksHttp1: boolean;
  readonly #speaksHttp: boolean;
  /**
   * What was accepted, with what is known of it where it speaks HTTP/1; below TLS this is the plain connection, from before
   * the handshake on.
   */
  readonly #accepted = new Map<Socket, Http1Connection | undefined>();
  /** Those that speak HTTP/1 above another connection, as with TLS. */
  readonly #layered = new Map<Socket, Http1Connection>();
  readonly #http2 = new Map<ServerHttp2Session, Http2Connection>();
  /** Those on which no request can come: upgraded ones, and all of a server that knows none. */
  readonly #foreign = new Set<Socket>();
  /** Each ends one observation of the server. */
  readonly #observations: readonly (() => void)[];
  readonly #allClosed = new Deferred<void>();
  readonly #allAnswered = new Deferred<void>();
  /** Set once the server drains. */
  #grace: number | undefined;
  #connectionsBegun = 0;
  #requestsBegun = 0;

  constructor(server: Server, times: ResponseTimes, stickyCookie?: StickyCookie) {
    this.#server = server;
    this.#times = times;
    // The master does not see the cookies of TLS.
    this.#stickyCookie = isTls(server) ? undefined : stickyCookie;
    this.#speaksHttp1 = server instanceof HttpServer;
    this.#speaksHttp = this.#speaksHttp1 || isHttps(server) || isHttp2(server);
    this.#observations = Object.entries(this.#observers()).map(([event, observer]) => observe(server, event, observer));
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

  /** Resolves, once the server drains, after the last connection on which a request may come or be in flight. */
  get answered(): Promise<void> {
    return this.#allAnswered.promise;
  }

  /** Brings every connection to its end as its protocol allows, those in a handshake too; resolves after the last. */
  drain(grace: number): Promise<void> {
    this.#grace = grace;
    for (const connection of this.#accepted.values()) connection?.drain(grace);
    for (const connection of [...this.#layered.values(), ...this.#http2.values()]) connection.drain(grace);
    if (isTls(this.#server)) this.#endSilent(grace);
    this.#lookWhatIsLeft();
    return this.#allClosed.promise;
  }

  cut(): void {
    for (const session of this.#http2.keys()) session.destroy();
    for (const socket of [...this.#layered.keys(), ...this.#accepted.keys()]) socket.destroy();
  }

  /** Ends the watch: nothing of it stays behind, as the same server may listen again. */
  release(): void {
    for (const end of this.#observations) end();
    unsubscribe("http.server.request.start", this.#begin);
    unsubscribe("http.server.response.finish", this.#finish);
  }

  /** What is done before the listeners of each event. */
  #observers(): Record<string, Observer> {
    return {
      connection: this.#accept,
      ...(isHttps(this.#server) && { secureConnection: this.#addLayered }),
      session: this.#addHttp2,
      stream: this.#beginStream,
      upgrade: this.#upgrade,
      connect: this.#upgrade,
    };
  }

  readonly #accept = (socket: Socket): void => {
    this.#accepted.set(socket, this.#speaksHttp1 ? this.#http1On(socket) : undefined);
    if (!this.#speaksHttp) this.#foreign.add(socket);
    this.#connectionsBegun += 1;
    whenDestroyed(socket, this.#forget);
  };

  readonly #addLayered = (socket: Socket): Http1Connection => {
    const connection = this.#http1On(socket);
    this.#layered.set(socket, connection);
    whenDestroyed(socket, this.#forget);
    return connection;
  };

  #http1On(socket: Socket): Http1Connection {
    const connection = new Http1Connection(socket);
    if (this.#grace !== undefined) connection.drain(this.#grace);
    return connection;
  }

  /** What speaks HTTP/1 only now: what the program, or HTTP/2's server with `allowHTTP1`, has handed to Node. */
  #addHttp1(socket: Socket): Http1Connection {
    if (!this.#accepted.has(socket)) return this.#addLayered(socket);
    this.#foreign.delete(socket);
    const connection = this.#http1On(socket);
    this.#accepted.set(socket, connection);
    return connection;
  }

  #http1Of(socket: Socket): Http1Connection | undefined {
    return this.#accepted.get(socket) ?? this.#layered.get(socket);
  }

  readonly #forget = (socket: Socket): void => {
    this.#http1Of(socket)?.release();
    this.#layered.delete(socket);
    this.#foreign.delete(socket);
    this.#accepted.delete(socket);
    if (this.#grace !== undefined) void this.#lookAfterClose();
  };

  /** The program hears that a socket is closed, and HTTP/2 that its session is over, in the next turns of the event loop. */
  async #lookAfterClose(): Promise<void> {
    await afterThisTurn();
    await afterThisTurn();
    this.#lookWhatIsLeft();
  }

  #lookWhatIsLeft(): void {
    if (this.#grace === undefined) return;
    this.#dropDestroyedSessions();
    if (this.#accepted.size === 0) this.#allClosed.resolve();
    // What was accepted and is none of these is in its TLS handshake.
    const mayAsk = this.#layered.size + this.#http2.size > 0 || this.#accepted.size > this.#foreign.size;
    if (!mayAsk) this.#allAnswered.resolve();
  }

  readonly #addHttp2 = (session: ServerHttp2Session): void => {
    if (this.#http2.size >= this.#accepted.size) this.#dropDestroyedSessions();
    const connection = new Http2Connection(session, this.#times);
    this.#http2.set(session, connection);
    session.once("close", () => {
      this.#http2.delete(session);
      this.#lookWhatIsLeft();
    });
    if (this.#grace !== undefined) connection.drain(this.#grace);
  };

  /** Where the program has removed the listener that would do so. */
  #dropDestroyedSessions(): void {
    for (const session of this.#http2.keys()) if (session.destroyed) this.#http2.delete(session);
  }

  readonly #beginStream = (stream: ServerHttp2Stream): void => {
    this.#requestsBegun += 1;
    if (stream.session !== undefined) this.#http2.get(stream.session as ServerHttp2Session)?.begin(stream);
  };

  /** A client that never begins its TLS handshake has nothing in flight. */
  #endSilent(grace: number): void {
    setTimeout(() => {
      for (const socket of this.#accepted.keys()) if (socket.bytesRead === 0) socket.destroy();
    }, grace).unref();
  }

  readonly #upgrade = (request: unknown): void => {
    // HTTP/2 has requests of the same name, on streams.
    if (!(request instanceof IncomingMessage)) return;
    const { socket } = request;
    this.#requestsBegun += 1;
    this.#http1Of(socket)?.release();
    this.#layered.delete(socket);
    if (this.#accepted.has(socket)) this.#accepted.set(socket, undefined);
    this.#foreign.add(socket);
    this.#lookWhatIsLeft();
  };

  readonly #begin = (message: unknown): void => {
    const { request, response, socket, server } = message as Exchange;
    if (server !== this.#server && !this.#accepted.has(socket)) return;
    this.#requestsBegun += 1;
    const connection = this.#http1Of(socket) ?? this.#addHttp1(socket);
    connection.begin(response, this.#times.begin());
    if (this.#stickyCookie !== undefined) setStickyCookie(this.#stickyCookie, request, response);
  };

  readonly #finish = (message: unknown): void => {
    const { request, response, socket } = message as Exchange;
    const connection = this.#http1Of(socket);
    if (connection !== undefined) this.#times.end(connection.finish(request, response));
  };
}
