// Real connections as handles that nobody reads from yet, each with the client at its other end.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { hold } from "#src/master/held-socket.js";
import { InheritedSockets } from "#src/master/inherited.js";
import { checkPortOptions } from "#src/port-options.js";
import { Acceptor } from "#src/serve/acceptor.js";
import type { AcceptingHandle, ClientHandle } from "#src/serve/handles.js";
import { within } from "./deadline.js";

export interface AcceptedClient {
  handle: ClientHandle;
  socket: Socket;
  /** All that it is sent, at the end. */
  answer: Promise<string>;
}

/** A connection that is accepted and of which nothing is read. */
export async function clientOf(t: TestContext): Promise<AcceptedClient> {
  const held = await hold("any", checkPortOptions({ port: 0, host: "127.0.0.1" }), new InheritedSockets());
  const accepted = new Promise<ClientHandle>((resolve) =>
    new Acceptor(held.handle as AcceptingHandle, 511, resolve).listen(),
  );
  const socket = connect((held.address as { port: number }).port, "127.0.0.1");
  t.after(() => socket.destroy());
  const handle = await within(accepted, "a connection is accepted");
  held.close();
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    text += chunk;
  });
  const answer = within(
    once(socket, "close").then(() => text),
    "the connection ends",
  );
  return { handle, socket, answer };
}
