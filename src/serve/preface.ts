// Reads what has to be known of a connection before somebody gets it: a proxy's header, the head of a request.
import type { AddressInfo } from "node:net";
import { readProxyHeader } from "../balance/proxy-header.js";
import { readRequestHead } from "../balance/request-head.js";
import type { ClientHandle } from "./handles.js";

/** What is wanted of a connection's first bytes. */
export interface Wanted {
  /** Whether a proxy's header has to come first. */
  proxyHeader: boolean;
  /** What to wait for behind that: whatever comes first, or the whole head of a request. */
  first: "nothing" | "bytes" | "head";
}

/** What was read. */
export interface Preface {
  /** All that came behind a proxy's header; `undefined` for nothing. */
  firstBytes: Buffer | undefined;
  /** Whom the proxy has told to be behind it. */
  proxied: AddressInfo | undefined;
}

export type PrefaceOutcome =
  | ({ type: "read" } & Preface)
  /** It does not begin as a proxy's connection has to. */
  | { type: "malformed"; why: string }
  /** It ended without a word. */
  | { type: "gone" };

/** Milliseconds in which a proxy sends its header: it does so before anything else. */
const PROXY_HEADER_MS = 5_000;
/** Milliseconds for the head of a request, as long as Node's own http server waits for one. */
const HEAD_MS = 60_000;

/** Reads as much as is wanted and stops reading. What has been read has to be given on. */
export class PrefaceReader {
  readonly #client: ClientHandle;
  readonly #wanted: Wanted;
  readonly #onDone: (outcome: PrefaceOutcome) => void;
  #bytes: Buffer = Buffer.alloc(0);
  #bytesRead: number;
  #stage: "proxy-header" | "head" | "done";
  #proxied: AddressInfo | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param onDone called once */
  constructor(client: ClientHandle, wanted: Wanted, onDone: (outcome: PrefaceOutcome) => void) {
    this.#client = client;
    this.#bytesRead = client.bytesRead;
    this.#wanted = wanted;
    this.#onDone = onDone;
    this.#stage = wanted.proxyHeader ? "proxy-header" : "head";
    client.onread = (bytes) => (bytes === undefined ? this.#onEnd() : this.#onBytes(this.#read(bytes)));
    this.#setTimer(wanted.proxyHeader ? PROXY_HEADER_MS : HEAD_MS);
    client.readStart();
  }

  /** Waits no longer for what has not come. */
  finish(): void {
    if (this.#stage === "head") this.#done();
    else if (this.#stage === "proxy-header") this.#end({ type: "malformed", why: "its header did not come in time" });
  }

  /** What was read of a buffer: since version 26 Node hands out all of it, with what is no business of a client behind. */
  #read(buffer: ArrayBuffer): Buffer {
    const before = this.#bytesRead;
    this.#bytesRead = this.#client.bytesRead;
    return Buffer.from(buffer, 0, this.#bytesRead - before);
  }

  #onBytes(bytes: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    if (this.#stage === "proxy-header") this.#readProxyHeader();
    if (this.#stage === "head") this.#readFirst();
  }

  #readProxyHeader(): void {
    const header = readProxyHeader(this.#bytes);
    if (header.type === "incomplete") return;
    if (header.type === "malformed") return this.#end(header);
    this.#proxied = header.client === "local" ? undefined : header.client;
    this.#bytes = this.#bytes.subarray(header.length);
    this.#stage = "head";
    if (this.#wanted.first === "nothing") return this.#done();
    this.#setTimer(HEAD_MS);
  }

  #readFirst(): void {
    if (this.#bytes.length === 0) return;
    if (this.#wanted.first === "bytes" || readRequestHead(this.#bytes).type !== "incomplete") this.#done();
  }

  /** Whoever sends and ends wants an answer still. */
  #onEnd(): void {
    if (this.#stage === "head" && this.#bytes.length > 0) this.#done();
    else this.#end({ type: "gone" });
  }

  #done(): void {
    const firstBytes = this.#bytes.length > 0 ? this.#bytes : undefined;
    this.#end({ type: "read", firstBytes, proxied: this.#proxied });
  }

  #end(outcome: PrefaceOutcome): void {
    if (this.#stage === "done") return;
    this.#stage = "done";
    clearTimeout(this.#timer);
    this.#client.readStop();
    this.#client.onread = ignore;
    this.#onDone(outcome);
  }

  #setTimer(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.finish(), ms).unref();
  }
}

/** Node's handle takes nothing but functions. */
function ignore(): void {}
