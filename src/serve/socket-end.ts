// Tells when a socket ends, without a listener that the program could remove.
import type { Duplex } from "node:stream";
import { Socket } from "node:net";

type Ended = (socket: Socket) => void;

const waiting = new WeakMap<Socket, Ended>();
let prototype: "Node's own" | "extended" = "Node's own";

/** Calls once, when a socket is destroyed, whoever does that. */
export function whenDestroyed(socket: Socket, call: Ended): void {
  // A program may give its server any stream; only it can tell of its end.
  if (!(socket instanceof Socket)) return void (socket as Duplex).once("close", () => call(socket));
  if (socket.destroyed) return process.nextTick(call, socket);
  if (prototype === "Node's own") extend();
  const before = waiting.get(socket);
  waiting.set(socket, before === undefined ? call : (ended) => [before, call].forEach((each) => each(ended)));
}

/** All that destroys a stream calls this method, once. */
function extend(): void {
  prototype = "extended";
  const destroy: Socket["_destroy"] = Reflect.get(Socket.prototype, "_destroy");
  Socket.prototype._destroy = function _destroy(...args) {
    Reflect.apply(destroy, this, args);
    waiting.get(this)?.(this);
  };
}
