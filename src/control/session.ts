// One client of the control socket: its requests, each answered to its end, whatever else it sends.
import type { Duplex } from "node:stream";
import { ControlError, type MultiNodeError } from "../errors.js";
import { Deferred } from "../promises.js";
import type { Info, Request } from "./commands.js";
import type { Governed } from "./governed.js";
import { BoundedLines } from "./lines.js";
import { type Asker, carryOut } from "./orders.js";
import { Outbox } from "./outbox.js";
import { readRequest } from "./requests.js";

/** Requests of one client that may be in progress at once. */
export const MOST_REQUESTS = 100;

export class Session {
  readonly #stream: Duplex;
  readonly #outbox: Outbox;
  readonly #governed: Governed;
  readonly #info: Info;
  readonly #lines = new BoundedLines();
  readonly #inProgress = new Set<Request["id"]>();
  readonly #over = new Deferred<void>();
  readonly #drainListeners = new Set<() => void>();
  /** `finishing`: what is in progress is answered, but nothing is heard any more. */
  #state: "open" | "finishing" | "closed" = "open";

  /** @param stream allows one half of it to be open while the other is closed */
  constructor(stream: Duplex, governed: Governed, info: Info) {
    this.#stream = stream;
    this.#outbox = new Outbox(stream);
    this.#governed = governed;
    this.#info = info;
    stream.on("data", (chunk: Buffer) => this.#onData(chunk));
    stream.on("drain", () => this.#onDrain());
    stream.on("end", () => this.#onEnd());
    stream.on("error", () => {});
    stream.on("close", () => this.#onClose());
  }

  /** Nothing is heard any more; what is in progress goes on. */
  finish(): void {
    if (this.#state === "open") this.#state = "finishing";
    this.#over.resolve();
  }

  /** Refuses what is still in progress, and ends. */
  end(): void {
    this.finish();
    for (const id of this.#inProgress) this.#refuse(id, closed());
    this.#inProgress.clear();
    this.#endWhenDone();
  }

  #onData(chunk: Buffer): void {
    for (const line of this.#lines.push(chunk)) this.#hear(line);
    // Who does not read the answers gets no more of them: its requests wait in the socket.
    if (this.#outbox.isBehind) this.#stream.pause();
  }

  #onEnd(): void {
    const rest = this.#lines.end();
    if (rest !== undefined) this.#hear(rest);
    this.finish();
    this.#endWhenDone();
  }

  #onClose(): void {
    this.#state = "closed";
    this.#over.resolve();
  }

  #onDrain(): void {
    this.#stream.resume();
    for (const listener of this.#drainListeners) listener();
  }

  #endWhenDone(): void {
    if (this.#state === "finishing" && this.#inProgress.size === 0) this.#stream.end();
  }

  #hear(line: Buffer | "too-long"): void {
    if (this.#state !== "open" || isBlank(line)) return;
    const read = readRequest(line);
    if ("error" in read) return this.#refuse(read.id, read.error);
    const { id } = read.request;
    // An error of that id would read as the end of the other one.
    if (this.#inProgress.has(id)) return this.#refuse(null, inProgress(id));
    if (this.#inProgress.size >= MOST_REQUESTS) return this.#refuse(id, tooMany());
    void this.#carryOut(read.request);
  }

  async #carryOut(request: Request): Promise<void> {
    const { id } = request;
    this.#inProgress.add(id);
    try {
      const result = await carryOut(this.#governed, this.#info, request, this.#asker(id));
      if (this.#isAwaited(id)) this.#outbox.send({ id, result: result ?? null });
    } catch (error) {
      if (this.#isAwaited(id)) this.#refuse(id, error as MultiNodeError);
    }
    this.#inProgress.delete(id);
    this.#endWhenDone();
  }

  #asker(id: Request["id"]): Asker {
    const [outbox, drainListeners] = [this.#outbox, this.#drainListeners];
    return {
      get isFull() {
        return outbox.isFull;
      },
      over: this.#over.promise,
      emit: (event) => {
        if (this.#isAwaited(id)) outbox.send({ id, event });
      },
      onDrain: (listener) => {
        drainListeners.add(listener);
        return () => void drainListeners.delete(listener);
      },
    };
  }

  #isAwaited(id: Request["id"]): boolean {
    return this.#state !== "closed" && this.#inProgress.has(id);
  }

  #refuse(id: Request["id"] | null, { code, message }: Pick<MultiNodeError, "code" | "message">): void {
    this.#outbox.send({ id, error: { code, message } });
  }
}

function isBlank(line: Buffer | "too-long"): boolean {
  return line !== "too-long" && line.toString().trim() === "";
}

function inProgress(id: Request["id"]): ControlError {
  const why = `id ${JSON.stringify(id)}: a request of this id is in progress; each needs an id of its own`;
  return new ControlError("MN_ERR_CONTROL_REQUEST", why);
}

function tooMany(): ControlError {
  const why = `${MOST_REQUESTS} requests of this client are in progress: at most so many are taken at once`;
  return new ControlError("MN_ERR_CONTROL_REQUEST", why);
}

function closed(): ControlError {
  return new ControlError("MN_ERR_CLOSED", "the service has ended");
}
