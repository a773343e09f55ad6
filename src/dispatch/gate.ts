// One held socket whose connections are handed over: accepts them and reads what has to be known of each.
import { Acceptor } from "../serve/acceptor.js";
import type { SocketKey } from "../protocol.js";
import type { AcceptingHandle, ClientHandle } from "../serve/handles.js";
import { type Preface, PrefaceReader, type Wanted } from "../serve/preface.js";
import { peerOf } from "./visit.js";

/** A held socket. */
export interface DispatchedSocket {
  key: SocketKey;
  handle: AcceptingHandle;
  /** Whether this process has bound it, or was given one that listens already. */
  origin: "bound" | "given";
}

export interface GateOptions extends Omit<DispatchedSocket, "key"> {
  backlog: number;
  /** What to wait for of each connection. */
  first: Wanted["first"];
  /** Whether a connection from there has to begin with a proxy's header. */
  isProxy: ((address: string) => boolean) | undefined;
  /** A connection is there, and what was wanted of it is read. */
  onArrival: (client: ClientHandle, preface: Preface) => void;
  /** A connection did not begin as a proxy's has to: it is closed. */
  onMalformed: () => void;
  /** It cannot listen. */
  report: (error: Error) => void;
}

const NOTHING: Preface = { firstBytes: undefined, proxied: undefined };

export class Gate {
  readonly #options: GateOptions;
  readonly #acceptor: Acceptor;
  readonly #reading = new Set<PrefaceReader>();

  constructor(options: GateOptions) {
    this.#options = options;
    this.#acceptor = new Acceptor(options.handle, options.backlog, (client) => this.#onClient(client));
  }

  /** How many connections are being read. */
  get reading(): number {
    return this.#reading.size;
  }

  /**
   * A server is about to listen: from now on nobody is to be refused. Where the socket listens already, connections stay in it
   * until there is a process that takes them: another master may serve it still.
   */
  prepare(): void {
    if (this.#options.origin === "bound") this.open();
  }

  open(): void {
    try {
      this.#acceptor.listen();
    } catch (error) {
      this.#options.report(error as Error);
    }
  }

  /** Accepts no more; what is being read is given on as far as it has come. */
  close(): void {
    this.#acceptor.close();
    for (const reader of this.#reading) reader.finish();
  }

  #onClient(client: ClientHandle): void {
    const { first, isProxy } = this.#options;
    const proxyHeader = isProxy?.(peerOf(client).address) === true;
    if (first !== "nothing" || proxyHeader) this.#read(client, { first, proxyHeader });
    else this.#options.onArrival(client, NOTHING);
  }

  #read(client: ClientHandle, wanted: Wanted): void {
    const reader = new PrefaceReader(client, wanted, (outcome) => {
      this.#reading.delete(reader);
      if (outcome.type === "read") return this.#options.onArrival(client, outcome);
      client.close();
      if (outcome.type === "malformed") this.#options.onMalformed();
    });
    this.#reading.add(reader);
  }
}
