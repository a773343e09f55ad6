// What `top` does to a service: orders, each over a connection of its own as it may take long, and kills.
import { Client } from "../../control/client.js";
import type { Found } from "../../control/discovery.js";
import type { TopEvent, TopOrder } from "./state.js";

export interface Reach {
  /** The service as it is found now. */
  found: () => Found;
  /** Milliseconds that the master may say nothing. */
  timeout: number;
  tell: (event: TopEvent) => void;
}

/** Resolves when it is done, or given up. */
export async function give(order: TopOrder, { found, timeout, tell }: Reach): Promise<void> {
  let client: Client | undefined;
  try {
    client = await Client.connect(found(), { timeout });
    await client.request(order, {
      onEvent: (event) => {
        if (event.type === "node" || event.type === "exit") tell({ type: "progress", progress: event });
      },
    });
    tell({ type: "done", order });
  } catch (error) {
    tell({ type: "failed", order, reason: (error as Error).message });
  } finally {
    client?.close();
  }
}

export function kill({ id, pid }: { id: string; pid: number }, tell: (event: TopEvent) => void): void {
  try {
    process.kill(pid, "SIGKILL");
    tell({ type: "killed", id });
  } catch (error) {
    tell({ type: "not-killed", id, reason: (error as Error).message });
  }
}
