// An order to a service: told line by line what becomes of its nodes, then how it went.
import type { Client } from "../control/client.js";
import type { Command, ControlEvent, Progress } from "../control/commands.js";
import type { Found } from "../control/discovery.js";
import { MultiNodeError } from "../errors.js";
import { print, printJson } from "./output.js";
import { type ServiceOptions, withService } from "./service-option.js";
import { progressLine } from "./views/progress-view.js";
import { milliseconds } from "./views/units.js";

export type OrderCommand = Extract<Command, { command: "reload" | "scale" | "restart" | "stop" }>;

export interface Order {
  command: OrderCommand;
  /** What is said at the end, behind the name of the service; how long it took follows. */
  done: string;
  /** Carries it out. Default: asks the master. */
  act?: (client: Client, found: Found, onEvent: (event: ControlEvent) => void) => Promise<unknown>;
}

/** Rejects, when the master gives it up, with the error that it gives. */
export async function order(options: ServiceOptions, { command, done, act }: Order): Promise<void> {
  const tell = options.json ? inJson : inWords();
  const onEvent = (event: ControlEvent): void => tell.event(event);
  await withService(options, async (client, found) => {
    const begun = Date.now();
    try {
      await (act?.(client, found, onEvent) ?? client.request(command, { onEvent }));
      tell.done(`${found.name} ${done} (${milliseconds(Date.now() - begun)})`);
    } catch (error) {
      tell.failed(error);
      throw error;
    }
  });
}

interface Teller {
  event(event: ControlEvent): void;
  done(text: string): void;
  failed(error: unknown): void;
}

/** The error itself is told by whoever ends the command. */
function inWords(): Teller {
  let died: string | undefined;
  return {
    event: (event) => {
      if (event.type === "exit" && event.exit.reason !== "drained") died = event.exit.id;
      const line = isProgress(event) ? progressLine(event) : undefined;
      if (line !== undefined) print(line);
    },
    done: (text) => print([{ text, tone: "bold" }]),
    failed: () => {
      if (died !== undefined) print([{ text: `multi-node logs ${died} shows what it wrote`, tone: "dim" }]);
    },
  };
}

/** The master's answers, line by line, without the id of the request. */
const inJson: Teller = {
  event: (event) => printJson({ event }),
  done: () => printJson({ result: null }),
  failed: (error) => {
    if (error instanceof MultiNodeError) printJson({ error: { code: error.code, message: error.message } });
  },
};

function isProgress(event: ControlEvent): event is Progress {
  return event.type === "node" || event.type === "exit";
}
