// Accepts connections from a held socket without making streams of them.
import { getSystemErrorName } from "node:util";
import type { AcceptingHandle, ClientHandle } from "./handles.js";

export class Acceptor {
  readonly #handle: AcceptingHandle;
  readonly #backlog: number;
  #state: "new" | "listening" | "closed" = "new";

  /** @param onClient called with each connection, of which nothing is read */
  constructor(handle: AcceptingHandle, backlog: number, onClient: (client: ClientHandle) => void) {
    this.#handle = handle;
    this.#backlog = backlog;
    handle.onconnection = (status, client) => {
      // A status is a connection that was gone before it was accepted, or for which there was no descriptor.
      if (status === 0 && client !== undefined) onClient(client);
    };
  }

  /**
   * Once; from then on nobody is refused.
   * @throws Error with the code of the system
   */
  listen(): void {
    if (this.#state !== "new") return;
    const status = this.#handle.listen(this.#backlog);
    if (status !== 0) throw listenError(status);
    this.#state = "listening";
  }

  /** Lets the socket go; another process may hold it still. */
  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#handle.close();
  }
}

function listenError(status: number): Error {
  const code = getSystemErrorName(status);
  return Object.assign(new Error(`listen ${code}`), { code, syscall: "listen" });
}
