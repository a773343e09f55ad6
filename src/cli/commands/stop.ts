// `multi-node stop`: the whole service ends, in order.
import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import { isAlive } from "../../alive.js";
import type { Client } from "../../control/client.js";
import type { ControlEvent } from "../../control/commands.js";
import type { Found } from "../../control/discovery.js";
import { MultiNodeError } from "../../errors.js";
import { CliError } from "../cli-error.js";
import { order } from "../order.js";
import { addServiceArgument, addServiceOptions, ofService, type ServiceOptions } from "../service-option.js";

/** Milliseconds between two looks at a process that is about to end: nobody tells when it has. */
const LOOK_MS = 20;

export function addStop(program: Command): void {
  const command = program
    .command("stop")
    .summary("drain all nodes and end the service")
    .description("Drains all nodes and ends the service. Returns when the master's process has ended.")
    .action((service: string | undefined, options: ServiceOptions) =>
      order(ofService(service, options), {
        command: { command: "stop" },
        done: "has ended",
        act: (client, found, onEvent) => stop(client, found, { onEvent, timeout: options.timeout }),
      }),
    );
  addServiceOptions(addServiceArgument(command));
}

interface StopOptions {
  onEvent: (event: ControlEvent) => void;
  /** Milliseconds that the master has to end once its nodes have. */
  timeout: number;
}

async function stop(client: Client, { pid }: Found, { onEvent, timeout }: StopOptions): Promise<void> {
  const cut = await request(client, onEvent);
  if (await hasEnded(pid, timeout)) return;
  if (cut !== undefined) throw cut;
  throw new CliError(
    `the service has ended, but its master (pid ${pid}) still runs after ${timeout / 1_000} s: ` +
      "something else in its program keeps it",
  );
}

/** A master that ends before it has answered has done what was asked; the error is for when it has not ended. */
async function request(client: Client, onEvent: (event: ControlEvent) => void): Promise<MultiNodeError | undefined> {
  try {
    await client.request({ command: "stop" }, { onEvent });
    return undefined;
  } catch (error) {
    if (error instanceof MultiNodeError && error.code === "MN_ERR_CLOSED") return error;
    throw error;
  }
}

async function hasEnded(pid: number, timeout: number): Promise<boolean> {
  const end = Date.now() + timeout;
  while (isAlive(pid)) {
    if (Date.now() > end) return false;
    await pause(LOOK_MS);
  }
  return true;
}
