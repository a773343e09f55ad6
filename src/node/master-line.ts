// The node's end of the IPC channel: typed messages to and from the master, and the news that it is gone.
import type { EventEmitter } from "node:events";
import { HIDDEN_EVENT, seal, unseal } from "../envelope.js";
import { type ToMaster, type ToNode } from "../protocol.js";
import type { SocketHandle } from "../serve/handles.js";

export interface MasterLineEvents {
  message(message: ToNode, handle: SocketHandle | undefined): void;
  lost(): void;
}

export class MasterLine {
  /** @param messages whether they come where the program listens too; hidden ones do not keep the process alive either */
  constructor(messages: "open" | "hidden", events: MasterLineEvents) {
    const event = messages === "open" ? "message" : HIDDEN_EVENT;
    (process as EventEmitter).on(event, (value: unknown, handle?: SocketHandle) => {
      const message = unseal<ToNode>(value);
      if (message !== undefined) events.message(message, handle);
    });
    process.once("disconnect", () => events.lost());
    if (!process.connected) setImmediate(() => events.lost());
    if (messages === "hidden") process.channel?.unref();
  }

  /** A message to a master that is gone is lost with it; `lost` has told so, or is about to. */
  send(message: ToMaster): void {
    if (process.connected) process.send?.(seal(message), undefined, undefined, () => {});
  }
}
