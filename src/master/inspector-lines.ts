// What Node's inspector writes to a process' standard error: found there, and kept from the user.
import { Deferred } from "../promises.js";

/** Bytes of an unfinished line that are kept waiting for its end. */
const MAX_LINE = 65_536;

/** On loopback only: what a process writes must not make the master connect elsewhere. */
const ADDRESS = /Debugger listening on (ws:\/\/127\.0\.0\.1:\d+\/[\w-]+)/;
const FAILURE = /Starting inspector on \S+ failed: .*/;
/** The inspector writes whole lines, but may begin within a line of the program's own. */
const OWN_LINE =
  /(?:Debugger listening on ws:\/\/\S+|For help, see: https:\/\/nodejs\.org\/\S+|Debugger attached\.|Debugger ending on ws:\/\/\S+|Waiting for the debugger to disconnect\.\.\.|Starting inspector on \S+ failed: .*)\r?\n/g;

/**
 * Stands in a process' standard error while its inspector is open: what is pushed comes out again in whole lines,
 * without the inspector's own.
 */
export class InspectorLines {
  /** The inspector's address; rejects when it cannot open, and when the process ends before it does. */
  readonly url: Promise<string>;
  readonly #url: Deferred<string> = new Deferred();
  /** The start of a line whose end has not come; latin1, so that each byte stays what it is. */
  #held = "";

  constructor() {
    this.url = this.#url.promise;
  }

  /** What is to be passed on now. */
  push(chunk: Buffer): Buffer {
    const text = this.#held + chunk.toString("latin1");
    const end = text.length > MAX_LINE ? text.length : text.lastIndexOf("\n") + 1;
    this.#held = text.slice(end);
    const lines = text.slice(0, end);
    this.#look(lines);
    return Buffer.from(lines.replace(OWN_LINE, ""), "latin1");
  }

  /** What was held back, when the process has ended or its inspector is no longer needed. */
  end(): Buffer {
    this.#url.reject(new Error("it ended before its inspector opened"));
    const rest = this.#held;
    this.#held = "";
    return Buffer.from(rest, "latin1");
  }

  #look(lines: string): void {
    const [, address] = ADDRESS.exec(lines) ?? [];
    if (address !== undefined) this.#url.resolve(address);
    const [failure] = FAILURE.exec(lines) ?? [];
    if (failure !== undefined) this.#url.reject(new Error(`its inspector does not open: ${failure}`));
  }
}
