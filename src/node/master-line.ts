// The node's end of the IPC channel: typed messages to and from the master, and the news that it is gone.
import { seal, type ToMaster, type ToNode, unseal } from "../protocol.js";
import type { SocketHandle } from "../serve/handles.js";

export interface MasterLineEvents {
  message(message: ToNode, handle: SocketHandle | undefined): void;
  lost(): void;
}

export class MasterLine {
  constructor(events: MasterLineEvents) {
    process.on("message", (value, handle) => {
      const message = unseal<ToNode>(value);
      if (message !== undefined) events.message(message, handle as unknown as SocketHandle | undefined);
    });
    process.once("disconnect", () => events.lost());
    if (!process.connected) setImmediate(() => events.lost());
  }

  /** A message to a master that is gone is lost with it; `lost` has told so, or is about to. */
  send(message: ToMaster): void {
    if (process.connected) process.send?.(seal(message), undefined, undefined, () => {});
  }
}
