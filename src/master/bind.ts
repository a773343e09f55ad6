// A node asks for a socket: it gets the one that is held by that name, or hears why there is none.
import type { BindError } from "../errors.js";
import type { Port } from "../port-options.js";
import { pause } from "../promises.js";
import type { SocketKey, ToNode } from "../protocol.js";
import { isUdp } from "../socket-key.js";
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

/** Milliseconds that another node may take to close what it has opened only to see whether the port is free. */
const OPEN_MS = 300;
/** Milliseconds that it may take to open what it was given, or to do without. */
const GIVEN_MS = 3_000;
const LOOK_MS = 10;

export async function bind(
  request: Request,
  premises: Pick<Premises, "sockets" | "usage" | "dispatcher">,
  send: World["send"],
): Promise<void> {
  const { id, key, port } = request;
  try {
    const { handle, address, file, key: held } = await holdInTime(request, premises);
    premises.usage.sent(id, held);
    const socket = { key: held, address, ...(file && { file }) };
    // Datagrams need no handing over: whichever node reads one first has it.
    if (premises.dispatcher !== undefined && !isUdp({ address }))
      return send(id, { type: "handed-socket", key, socket });
    send(id, { type: "socket", key, socket }, handle);
    send(id, { type: "socket-sent", key });
  } catch (error) {
    send(id, { type: "no-socket", key, ...refusalOf(error as BindError, premises.sockets.inTheWayOf(key, port)) });
  }
}

/**
 * A program may try a port at one address after another before it listens at any: then what is in its way is this
 * service's own, and closed already, or about to be by another node.
 */
async function holdInTime(
  { id, key, port }: Request,
  { sockets, usage }: Pick<Premises, "sockets" | "usage">,
): Promise<HeldSocket> {
  let madeRoom = false;
  for (let waited = 0; ; waited += LOOK_MS) {
    try {
      return await sockets.hold(key, port);
    } catch (error) {
      const inTheWay = sockets.inTheWayOf(key, port);
      const uses = inTheWay.flatMap((other) => usage.of(other));
      const limit = uses.some(({ use }) => use === "listening") ? OPEN_MS : GIVEN_MS;
      const ownUse = uses.some((one) => one.id === id && one.use === "listening");
      const isOurs = inTheWay.length > 0 || madeRoom;
      if (systemCodeOf(error as BindError) !== "EADDRINUSE" || !isOurs || ownUse || waited >= limit) throw error;
      // A node that has not listened on it may still have a descriptor of what is let go here.
      if (usage.letGo(inTheWay) === "some") madeRoom = true;
      else await pause(LOOK_MS);
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
