// A program that connects to a port to see whether it is in use is to find the ports of its own service free, as the first
// node did: until it listens itself, such connections are refused.
import { Socket } from "node:net";
import { constants, networkInterfaces } from "node:os";
import { resolve } from "node:path";
import { unmappedAddress } from "../ip-address.js";
import type { SocketInfo, SocketKey } from "../protocol.js";

/** What Socket.connect() takes, as far as it says where to. */
interface Target {
  port?: number | string;
  host?: string;
  path?: string;
}

type Connect = (this: Socket, ...args: unknown[]) => Socket;

const methods = Socket.prototype as unknown as { connect: Connect };

const LOOPBACK = new Set(["127.0.0.1", "::1"]);
const EVERY = new Set(["0.0.0.0", "::"]);

export class PortProbes {
  readonly #held: SocketInfo[];
  readonly #original: Connect = methods.connect;
  readonly #patched: Connect;
  #state: "probing" | "ended" = "probing";

  /**
   * @param held what the service has by now
   * @param listensOn whether this process listens on one of those itself
   */
  constructor(held: readonly SocketInfo[], listensOn: (key: SocketKey) => boolean) {
    this.#held = [...held];
    const [original, all] = [this.#original, this.#held];
    this.#patched = function connect(this: Socket, ...args: unknown[]): Socket {
      const target = targetOf(args);
      const isProbe = all.some(({ key, address }) => leadsTo(target, address) && !listensOn(key));
      return isProbe ? refuse(this, target) : original.apply(this, args);
    };
    methods.connect = this.#patched;
  }

  /** The service has one more. */
  add(socket: SocketInfo): void {
    if (this.#state === "probing") this.#held.push(socket);
  }

  /** The program listens: what it connects to from now on, it means. */
  end(): void {
    this.#state = "ended";
    this.#held.length = 0;
    if (methods.connect === this.#patched) methods.connect = this.#original;
  }
}

/** The arguments as a program gives them, or in an array as net.connect() passes them on. */
function targetOf(args: unknown[]): Target {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === "object" && first !== null) return first;
  if (typeof first === "string" && !(Number(first) >= 0)) return { path: first };
  return { port: first as number, ...(typeof second === "string" && { host: second }) };
}

function leadsTo({ port, host, path }: Target, held: SocketInfo["address"]): boolean {
  if (typeof held === "string") return typeof path === "string" && resolve(path) === resolve(held);
  if (path !== undefined || "transport" in held || held.port !== Number(port)) return false;
  const [wanted, own] = [unmappedAddress(host || "localhost"), unmappedAddress(held.address)];
  if (EVERY.has(own)) return wanted === "localhost" || EVERY.has(wanted) || isOfThisMachine(wanted);
  return wanted === own || (LOOPBACK.has(own) && (wanted === "localhost" || EVERY.has(wanted)));
}

function isOfThisMachine(address: string): boolean {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return address.startsWith("127.") || all.some((one) => one.address === address);
}

/** As the system does it where nothing listens. */
function refuse(socket: Socket, { port, host = "127.0.0.1", path }: Target): Socket {
  const where = path === undefined ? { address: host, port: Number(port) } : { address: path };
  const told = Object.values(where).join(":");
  const error = Object.assign(new Error(`connect ECONNREFUSED ${told}`), {
    errno: -constants.errno.ECONNREFUSED,
    code: "ECONNREFUSED",
    syscall: "connect",
    ...where,
  });
  Object.assign(socket, { connecting: true });
  process.nextTick(() => socket.destroy(error));
  return socket;
}
