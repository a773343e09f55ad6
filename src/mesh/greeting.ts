// The handshake on a mesh connection, from both ends; after it the bytes belong to whoever gets the stream.
import type { Socket } from "node:net";
import { LinkError } from "../errors.js";
import type { Peer } from "../role.js";
import { MASTER_ID } from "./endpoint.js";
import type { GuestList } from "./guest-list.js";
import {
  AnswerParser,
  type ConnectionKind,
  encodeAccept,
  encodeHello,
  encodeRefusal,
  HANDSHAKE_TIMEOUT,
  HelloParser,
  handshakeTimeout,
  type Hello,
  refused,
  type Refused,
  STATUS_NOT_EXPECTED,
  type Peer as WirePeer,
} from "../wire/handshake.js";

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
  if (answer.master === (id === MASTER_ID)) return fromWire(id, answer);
  throw new LinkError(
    "MN_ERR_HANDSHAKE",
    `what answers as ${id} says that it is ${answer.master ? "the" : "no"} master`,
  );
}

/**
 * Waits for a hello with the right token from a node that is expected, and accepts it; anything else is answered with
 * why not, and closed. Whoever dials is a node, as the master has joined before all others.
 * @param timeout milliseconds that a stranger has to say a complete hello
 */
export async function welcome(
  socket: Socket,
  self: Peer,
  token: Buffer,
  guests: Pick<GuestList, "admit">,
  timeout: number = HANDSHAKE_TIMEOUT,
): Promise<Guest> {
  const hello = await helloFrom(socket, token, timeout);
  if (hello.master || !(await guests.admit(hello.id, hello.kind))) {
    const refusal = refused(STATUS_NOT_EXPECTED);
    refuse(socket, refusal);
    throw refusal.error;
  }
  socket.write(encodeAccept(toWire(self)));
  return { peer: fromWire(hello.id, hello), kind: hello.kind };
}

async function helloFrom(socket: Socket, token: Buffer, timeout: number): Promise<Hello> {
  const parser = new HelloParser(token);
  const late = setTimeout(() => socket.destroy(handshakeTimeout(timeout)), timeout);
  try {
    return await parseFrom(socket, (chunk) => {
      const result = parser.push(chunk);
      if (result.state === "refused") refuse(socket, result);
      return result.state === "done" ? { state: "done", value: result.hello, rest: result.rest } : result;
    });
  } finally {
    clearTimeout(late);
  }
}

function refuse(socket: Socket, { status }: Refused): void {
  socket.end(encodeRefusal(status), () => socket.destroy());
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
