// A node asks for a socket: it gets the one that is held by that name, or hears why there is none.
import type { BindError } from "../errors.js";
import type { Port } from "../port-options.js";
import { pause } from "../promises.js";
import type { SocketKey, ToNode } from "../protocol.js";
import type { HeldSocket } from "./held-socket.js";
import type { Premises } from "./premises.js";
import type { World } from "./supervisor-world.js";

export interface Request {
  /** Of the node. */
  id: string;
  key: SocketKey;
  port: Port;
}

type Refusal = Omit<Extract<ToNode, { type: "no-socket" }>, "type" | "key">;
type Stock = Pick<Premises, "sockets" | "usage">;

/** Milliseconds that another node may take to close what it has opened only to see whether the port is free. */
const TRIAL_MS = 300;
const LOOK_MS = 10;

export async function bind(
  { id, key, port }: Request,
  premises: Stock & Pick<Premises, "dispatcher">,
  send: World["send"],
): Promise<void> {
  try {
    const { handle, address, file, key: held } = await holdInTime(key, port, premises);
    premises.usage.sent(id, held);
    const socket = { key: held, address, ...(file && { file }) };
    if (premises.dispatcher !== undefined) return send(id, { type: "handed-socket", key, socket });
    send(id, { type: "socket", key, socket }, handle);
    send(id, { type: "socket-sent", key });
  } catch (error) {
    send(id, { type: "no-socket", key, ...refusalOf(error as BindError, premises.sockets.ofPort(port)) });
  }
}

/**
 * A program may try a port at one address after another before it listens at any: then what is in its way is this
 * service's own, and closed already, or about to be by another node.
 */
async function holdInTime(key: SocketKey, port: Port, { sockets, usage }: Stock): Promise<HeldSocket> {
  for (let left = TRIAL_MS; ; left -= LOOK_MS) {
    try {
      return await sockets.hold(key, port);
    } catch (error) {
      const inTheWay = sockets.ofPort(port);
      if (inTheWay.length === 0 || systemCodeOf(error as BindError) !== "EADDRINUSE" || left <= 0) throw error;
      if (usage.letGo(inTheWay) === "none") await pause(LOOK_MS);
    }
  }
}

function refusalOf(error: BindError, ours: SocketKey[]): Refusal {
  const { code, message } = error;
  return { code, message, system: systemCodeOf(error) ?? "EADDRNOTAVAIL", ours };
}

function systemCodeOf({ cause }: BindError): string | undefined {
  return (cause as NodeJS.ErrnoException | undefined)?.code;
}
