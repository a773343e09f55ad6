// Socket.IO over WebSockets on all cores: a client that asks for delivery gets it, also from the node that comes next.
import { randomUUID } from "node:crypto";
import { WrongBody } from "../helpers/load-ledger.js";
import type { Client } from "../helpers/load.js";
import { asksFor, prove } from "./prove.js";
import { fileOf, requireInstalled } from "./real-program.js";

/** What is used of socket.io-client. */
interface SocketIo {
  io: (url: string, options: object) => Connection;
}
interface Connection {
  emitWithAck(event: string, text: string): Promise<{ text: string; pid: number }>;
  disconnect(): void;
}

/** Milliseconds; a message without an answer is sent again, as its connection may have ended before it. */
const ACK_TIMEOUT = 2_000;

const RETRIES = 5;

const asksOverHttp = asksFor("/", "answered beside Socket.IO");

prove({
  name: "Socket.IO",
  launch: { script: fileOf("socket-io.mjs"), flags: ["--drain-timeout", "2s"] },
  // WebSockets stay where they are, so it may be that all are at one node; requests come to every one.
  connect: (port, index) => (index % 2 === 0 ? socketIoClient(port) : asksOverHttp(port, index)),
});

function socketIoClient(port: number): Client {
  const { io } = requireInstalled("socket.io-client") as SocketIo;
  const connection = io(`http://127.0.0.1:${port}`, {
    transports: ["websocket"],
    forceNew: true,
    reconnectionDelay: 10,
    ackTimeout: ACK_TIMEOUT,
    retries: RETRIES,
  });
  return {
    async request(flight) {
      const sent = randomUUID();
      const { text, pid } = await connection.emitWithAck("echo", sent);
      if (text !== sent) throw new WrongBody(`sent ${sent}, got ${text}`);
      flight.pid = pid;
    },
    close: () => connection.disconnect(),
  };
}
