// A REPL in the program itself, for one client at a time; its end is never the program's.
import { once } from "node:events";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { join } from "node:path";
import type { REPLServer } from "node:repl";
import type { ToolHost } from "./host.js";
import { type Door, type Hello, openDoor } from "./repl-door.js";
import { lendGlobals } from "./repl-globals.js";
import { restRepl, wakeRepl } from "./repl-module.js";

/** Two at a time would take each other's names from the global object. */
let state: "free" | "taken" = "free";

/** Answers with the path of the socket that it waits at. */
export async function openRepl(host: ToolHost): Promise<{ path: string }> {
  if (state === "taken") throw new Error("somebody has a REPL open here, or is about to; there is one at a time");
  state = "taken";
  try {
    wakeRepl();
    const door = await openDoor(host.endpoint);
    void receive(door, host);
    return { path: door.path };
  } catch (error) {
    leave();
    throw error;
  }
}

function leave(): void {
  restRepl();
  state = "free";
}

async function receive({ visitor }: Door, host: ToolHost): Promise<void> {
  const found = await visitor;
  try {
    if (found !== undefined) await converse(found.socket, found.hello, host);
  } catch (error) {
    found?.socket.write(`${(error as Error).message}\n`);
  } finally {
    leave();
    // Its client sees by this that it is not the node that has ended: see conversation.ts.
    found?.socket.end().resume().unref();
  }
}

/** Resolves when one of both has ended it. */
async function converse(socket: Socket, { terminal, columns, rows, verdict }: Hello, host: ToolHost): Promise<void> {
  const { start } = wakeRepl();
  let repl: REPLServer | undefined;
  const giveBack = lendGlobals(
    () => {
      repl = start({
        input: socket,
        output: Object.assign(socket, { columns, rows }),
        terminal,
        prompt: terminal ? `${host.id}> ` : "",
        useGlobal: true,
        useColors: false,
        preview: false,
      });
    },
    { require: createRequire(process.argv[1] ?? join(process.cwd(), "repl")), nodes: host.nodes },
  );
  const errors = repl === undefined ? () => 0 : errorsOf(repl);
  try {
    socket.once("close", () => repl?.close());
    if (repl !== undefined) await once(repl, "exit");
    if (verdict) socket.write(`\0${JSON.stringify({ uncaught: errors() })}\n`);
  } finally {
    giveBack();
  }
}

/** Counts the errors that nobody caught: a REPL keeps the last one as `lastError`, which `_error` gives. */
function errorsOf(repl: REPLServer): () => number {
  let [count, last]: [number, unknown] = [0, undefined];
  Object.defineProperty(repl, "lastError", {
    get: () => last,
    set: (error: unknown) => {
      count += 1;
      last = error;
    },
  });
  return () => count;
}
