// Asks a master over its control socket: what the command line does, and any script may do.
import { lstatSync } from "node:fs";
import { connect as connectTo } from "node:net";
import type { Duplex } from "node:stream";
import { ControlError, type ErrorCode } from "../errors.js";
import { endpoint } from "../mesh/endpoint.js";
import { Deferred } from "../promises.js";
import {
  type Answer,
  type Command,
  CONTROL_SOCKET,
  type ControlEvent,
  type Request,
  type Results,
} from "./commands.js";
import { BoundedLines } from "./lines.js";

export interface ClientOptions {
  /** Milliseconds for which the master may say nothing while something is asked of it. Default: 5 000. */
  timeout?: number;
}

export interface RequestOptions {
  /** Called with what happens until the result is there. */
  onEvent?: (event: ControlEvent) => void;
}

interface Waiting {
  result: Deferred<unknown>;
  onEvent: ((event: ControlEvent) => void) | undefined;
}

const TIMEOUT = 5_000;
/** Bytes: what a master sends is longer than what it takes. */
const LONGEST_ANSWER = 64 * 1024 * 1024;
/** Of the question whether the master is still there, while what was asked takes its time. */
const ALIVE = "alive";

export class Client {
  readonly #stream: Duplex;
  readonly #timeout: number;
  readonly #lines = new BoundedLines(LONGEST_ANSWER);
  readonly #waiting = new Map<Request["id"], Waiting>();
  #lastId = 0;
  #timer: NodeJS.Timeout | undefined;
  /** `asked`: nothing has come for half of the time, so the master was asked whether it is still there. */
  #silence: "none" | "waiting" | "asked" = "none";
  #error: ControlError | undefined;

  /**
   * Connects to the service whose control socket is in a folder; see find().
   * @throws ControlError MN_ERR_NO_SERVICE where none is there any more, or where it is another user's;
   * MN_ERR_CONTROL_TIMEOUT where it does not answer
   */
  static async connect({ folder }: { folder: string }, options: ClientOptions = {}): Promise<Client> {
    checkOwner(folder, ownerOf(folder));
    const client = new Client(connectTo(endpoint(folder, CONTROL_SOCKET)), options);
    try {
      const { uid } = await client.request({ command: "info" });
      checkOwner(folder, uid);
      return client;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  /** @param stream leads to a master, or is about to */
  constructor(stream: Duplex, { timeout = TIMEOUT }: ClientOptions = {}) {
    this.#stream = stream;
    this.#timeout = timeout;
    stream.on("data", (chunk: Buffer) => this.#onData(chunk));
    stream.on("error", (error: NodeJS.ErrnoException) => this.#fail(unreachable(error)));
    for (const end of ["end", "close"]) stream.on(end, () => this.#fail(gone()));
  }

  /**
   * Resolves with the result. As long as the master is there and says so, that may take any time.
   * @throws ControlError with the code that the master gave; MN_ERR_CONTROL_TIMEOUT where it says nothing for `timeout`;
   * MN_ERR_CLOSED where the connection ends before that
   */
  request<Asked extends Command>(command: Asked, { onEvent }: RequestOptions = {}): Promise<Results[Asked["command"]]> {
    const result = new Deferred<unknown>();
    if (this.#error === undefined) {
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, { result, onEvent });
      this.#send({ ...command, id: this.#lastId });
      if (this.#silence === "none") this.#await("waiting");
    } else result.reject(this.#error);
    return result.promise as Promise<Results[Asked["command"]]>;
  }

  /** Ends the connection: what is in progress goes on in the master, but for the following of logs. */
  close(): void {
    this.#fail(new ControlError("MN_ERR_CLOSED", "the connection to the master was closed"));
  }

  #send(request: Request): void {
    this.#stream.write(`${JSON.stringify(request)}\n`);
  }

  #onData(chunk: Buffer): void {
    for (const line of this.#lines.push(chunk)) this.#onLine(line);
    this.#await(this.#waiting.size === 0 ? "none" : "waiting");
  }

  #onLine(line: Buffer | "too-long"): void {
    const answer = line === "too-long" ? undefined : parse(line);
    if (answer === undefined) return this.#fail(noMaster());
    if (answer.id === null) return this.#fail("error" in answer ? given(answer.error) : noMaster());
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    if ("event" in answer) return waiting.onEvent?.(answer.event);
    this.#waiting.delete(answer.id);
    if ("error" in answer) waiting.result.reject(given(answer.error));
    else waiting.result.resolve(answer.result);
  }

  #await(silence: "none" | "waiting" | "asked"): void {
    clearTimeout(this.#timer);
    this.#silence = this.#error === undefined ? silence : "none";
    if (this.#silence !== "none") this.#timer = setTimeout(() => this.#onSilence(), this.#timeout / 2);
  }

  #onSilence(): void {
    if (this.#silence === "asked") return this.#fail(timedOut(this.#timeout));
    this.#send({ id: ALIVE, command: "info" });
    this.#await("asked");
  }

  #fail(error: ControlError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    clearTimeout(this.#timer);
    this.#stream.destroy();
    for (const { result } of this.#waiting.values()) result.reject(error);
    this.#waiting.clear();
  }
}

/** `undefined` for what no master says. */
function parse(line: Buffer): Answer | undefined {
  try {
    const answer: unknown = JSON.parse(line.toString());
    return typeof answer === "object" && answer !== null && "id" in answer ? (answer as Answer) : undefined;
  } catch {
    return undefined;
  }
}

function ownerOf(folder: string): number {
  try {
    return lstatSync(folder).uid;
  } catch (error) {
    throw unreachable(error as NodeJS.ErrnoException);
  }
}

/** Root could, but what another user has there need not be what it looks like. */
function checkOwner(folder: string, uid: number): void {
  const own = process.getuid?.() ?? uid;
  if (uid === own) return;
  const why = `the service at ${folder} belongs to the user with the id ${uid}, and this is ${own}: run this as that user`;
  throw new ControlError("MN_ERR_NO_SERVICE", why);
}

function given({ code, message }: { code: string; message: string }): ControlError {
  return new ControlError(code as ErrorCode, message);
}

function unreachable(error: NodeJS.ErrnoException): ControlError {
  if (error.code === "EAGAIN")
    return new ControlError("MN_ERR_CONTROL_TIMEOUT", "the master takes no connections", error);
  const ended = error.code === "EPIPE" || error.code === "ECONNRESET";
  return ended
    ? gone(error)
    : new ControlError("MN_ERR_NO_SERVICE", `the service cannot be reached: ${error.message}`, error);
}

function gone(cause?: Error): ControlError {
  return new ControlError("MN_ERR_CLOSED", "the master has ended the connection before it was done", cause);
}

function timedOut(ms: number): ControlError {
  return new ControlError(
    "MN_ERR_CONTROL_TIMEOUT",
    `the master has not answered for ${ms / 1_000} s: it hangs, or is stopped`,
  );
}

function noMaster(): ControlError {
  return new ControlError(
    "MN_ERR_CONTROL_REQUEST",
    "what answers at this socket does not speak the language of a master",
  );
}
