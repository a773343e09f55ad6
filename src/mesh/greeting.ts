// The handshake on a mesh connection, from both ends; after it the bytes belong to whoever gets the stream.
import type { Socket } from "node:net";
import { LinkError } from "../errors.js";
import type { Peer } from "../role.js";
import {
  AnswerParser,
  type ConnectionKind,
  encodeAccept,
  encodeHello,
  encodeRefusal,
  HANDSHAKE_TIMEOUT,
  HelloParser,
  handshakeTimeout,
  type RefusalStatus,
  type Peer as WirePeer,
} from "../wire/handshake.js";

type Refused = { state: "refused"; status: RefusalStatus; error: LinkError };
type Parsed<Value> = { state: "need-more" } | { state: "done"; value: Value; rest: Buffer } | Refused;

/** Who has dialled, and what for. */
export interface Guest {
  peer: Peer;
  kind: ConnectionKind;
}

/** Says hello on a fresh connection to `id` and waits for the answer, however long its event loop is busy. */
export async function greet(
  socket: Socket,
  { id, kind }: { id: string; kind: ConnectionKind },
  self: Peer,
  token: Buffer,
): Promise<Peer> {
  socket.write(encodeHello({ kind, id: self.id, ...toWire(self) }, token));
  const parser = new AnswerParser();
  const answer = await parseFrom(socket, (chunk): Parsed<WirePeer> => {
    const result = parser.push(chunk);
    return result.state === "done" ? { state: "done", value: result.answer, rest: result.rest } : result;
  });
  return fromWire(id, answer);
}

/**
 * Waits for a hello with the right token and accepts it; anything else is answered with why not, and closed.
 * @param timeout milliseconds that a stranger has to say a complete hello
 */
export async function welcome(
  socket: Socket,
  self: Peer,
  token: Buffer,
  timeout: number = HANDSHAKE_TIMEOUT,
): Promise<Guest> {
  const parser = new HelloParser(token);
  const late = setTimeout(() => socket.destroy(handshakeTimeout(timeout)), timeout);
  try {
    const hello = await parseFrom(socket, (chunk) => {
      const result = parser.push(chunk);
      if (result.state === "refused") socket.end(encodeRefusal(result.status), () => socket.destroy());
      return result.state === "done" ? { state: "done", value: result.hello, rest: result.rest } : result;
    });
    socket.write(encodeAccept(toWire(self)));
    return { peer: fromWire(hello.id, hello), kind: hello.kind };
  } finally {
    clearTimeout(late);
  }
}

function toWire(peer: Peer): WirePeer {
  return { pid: peer.pid, since: peer.since, master: peer.isMaster };
}

function fromWire(id: string, { pid, since, master }: WirePeer): Peer {
  return { id, pid, isMaster: master, since };
}

/** Feeds what arrives to a parser until it is done; what came behind goes back into the stream. */
function parseFrom<Value>(socket: Socket, push: (chunk: Buffer) => Parsed<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onReadable = (): void => {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
        const result = push(chunk);
        if (result.state === "need-more") continue;
        stop();
        if (result.state === "refused") return reject(result.error);
        if (result.rest.length > 0) socket.unshift(result.rest);
        return resolve(result.value);
      }
    };
    const onEnd = (): void => fail(new LinkError("MN_ERR_HANDSHAKE", "the connection ended within the handshake"));
    const fail = (error: Error): void => {
      stop();
      reject(error);
    };
    const stop = (): void => {
      socket.off("readable", onReadable).off("end", onEnd).off("close", onEnd).off("error", fail);
    };
    socket.on("readable", onReadable).on("end", onEnd).on("close", onEnd).on("error", fail);
  });
}
