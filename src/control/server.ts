// The control socket: whoever this user is may look at the service and steer it. docs/control.md has the protocol.
import { chmodSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer, type Server, type Socket } from "node:net";
import { debuglog } from "node:util";
import { endpoint } from "../mesh/endpoint.js";
import { afterThisTurn } from "../promises.js";
import type { Status } from "../role.js";
import { writeCard } from "./card.js";
import { type Answer, CONTROL_SOCKET, CONTROL_VERSION, type Info } from "./commands.js";
import type { Governed } from "./governed.js";
import { Session } from "./session.js";

/** Clients at once. */
export const MOST_CLIENTS = 64;
/** Milliseconds that clients have at the end to read their last answers. */
const FAREWELL_MS = 1_000;

const debug = debuglog("multi-node");

export class ControlServer {
  readonly #governed: Governed;
  readonly #server: Server;
  readonly #sessions = new Map<Socket, Session>();
  #state: "new" | "open" | "closed" = "new";

  constructor(governed: Governed) {
    this.#governed = governed;
    this.#server = createServer({ allowHalfOpen: true });
    governed.atEnd({ succeeded: () => this.#withdraw(), ended: () => this.#end() });
  }

  /** Opens the socket as soon as this master is to be steered. Without one the service is as good: never rejects. */
  async open(): Promise<void> {
    try {
      await this.#governed.inCharge();
    } catch {
      // It never will be.
      return;
    }
    try {
      await this.#open();
    } catch (error) {
      if (this.#state === "closed") return;
      this.#governed.log(`there is no control socket, so this service cannot be steered: ${(error as Error).message}`);
    }
  }

  async #open(): Promise<void> {
    const info = infoOf((await this.#governed.order({ type: "status" })) as Status);
    if (this.#state !== "new") return;
    this.#state = "open";
    const { folder } = this.#governed;
    this.#describe(folder, info);
    this.#server.on("connection", (socket) => this.#accept(socket, info));
    await this.#listen(endpoint(folder, CONTROL_SOCKET));
  }

  /** Without the file, the socket answers the same, as long as this process does. */
  #describe(folder: string, info: Info): void {
    try {
      writeCard(folder, info);
    } catch (error) {
      const { message } = error as Error;
      this.#governed.log(`commands do not find this service while its master hangs, for lack of a file: ${message}`);
    }
  }

  #listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      // Where this process is itself a worker of somebody's cluster, the socket is still its own.
      this.#server.once("error", reject).listen({ path, exclusive: true }, () => {
        this.#server.off("error", reject).on("error", (error) => debug("control socket: %s", error.message));
        if (process.platform !== "win32") chmodSync(path, 0o600);
        resolve();
      });
      this.#server.unref();
    });
  }

  #accept(socket: Socket, info: Info): void {
    socket.unref();
    if (this.#sessions.size >= MOST_CLIENTS) return turnAway(socket);
    this.#sessions.set(socket, new Session(socket, this.#governed, info));
    socket.on("close", () => this.#sessions.delete(socket));
  }

  /** Nobody is to find this master any more; those who have may stay to its end. */
  #withdraw(): void {
    this.#state = "closed";
    if (this.#server.listening) this.#server.close();
  }

  /** Resolves when all clients have their last answers, or had their time to read them. */
  async #end(): Promise<void> {
    this.#withdraw();
    if (this.#sessions.size === 0) return;
    for (const session of this.#sessions.values()) session.finish();
    // What has been done by now is answered before the rest is refused.
    await afterThisTurn();
    await Promise.all([...this.#sessions].map(([socket, session]) => farewell(socket, session)));
  }
}

/** Such as info answers and the card says. */
function infoOf({ name, pid, script, cwd, since }: Status): Info {
  const { version } = createRequire(import.meta.url)("multi-node/package.json") as { version: string };
  return { protocol: CONTROL_VERSION, version, name, pid, uid: process.getuid?.() ?? 0, script, cwd, since };
}

function turnAway(socket: Socket): void {
  const message = `${MOST_CLIENTS} clients are connected: at most so many are taken at once`;
  const answer: Answer = { id: null, error: { code: "MN_ERR_CONTROL_REQUEST", message } };
  socket.on("error", () => {}).resume();
  socket.end(`${JSON.stringify(answer)}\n`);
}

/** Keeps the process alive for it, but not for long. */
function farewell(socket: Socket, session: Session): Promise<void> {
  socket.ref();
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), FAREWELL_MS);
    socket.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    session.end();
    socket.resume();
  });
}
