// node:dgram in a program that knows nothing of this package: a port for each node is had, one port for all is not.
import type { Socket, SocketType } from "node:dgram";
import { MultiNodeError } from "../errors.js";
import type { Answer, Query } from "./cluster-seam.js";

/** What node:dgram keeps of a socket under a symbol of this name; node:cluster's workers reach into it too. */
const STATE = "state symbol";

/**
 * Gives a socket a free port of its own. A fixed port would be one for all nodes.
 * @param refuse told of the error that names the ways that there are
 */
export function bindUdp(
  socket: Socket,
  { address, port, fd, addressType }: Query,
  answer: Answer,
  refuse: (error: MultiNodeError) => void,
): void {
  if (typeof fd === "number" && fd >= 0) return refuse(sharedPort("descriptor"));
  if (port > 0) return refuse(sharedPort(`port ${port}`));
  const spare = process.getBuiltinModule("node:dgram").createSocket(addressType as SocketType);
  spare.once("error", (error) => socket.emit("error", error));
  spare.bind({ port: 0, exclusive: true, ...(address && { address }) }, () => answer(0, handleOf(spare)));
}

function sharedPort(what: string): MultiNodeError {
  return new MultiNodeError(
    "MN_ERR_UDP",
    `UDP ${what}: one port cannot be shared by several nodes; bind it in one process with { exclusive: true }, ` +
      "or in each with { reusePort: true } (Node 23.1 and later), or let each have a port of its own (0)",
  );
}

function handleOf(socket: Socket): object {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === STATE);
  const state = Reflect.get(socket, symbol ?? STATE) as { handle: { recvStop(): void } | null };
  const { handle } = state;
  if (handle === null) throw new MultiNodeError("MN_ERR_UDP", "this version of Node keeps UDP sockets elsewhere");
  handle.recvStop();
  state.handle = null;
  return handle;
}
