// Whether a program has chosen the keys of its TLS session tickets itself; if not, a server gets those of the service.
import { Server } from "node:net";

/** As far as tls.Server is about tickets. */
interface TlsServer extends Server {
  /** What each later setSecureContext() of the server uses too. */
  ticketKeys?: Buffer;
  setTicketKeys(keys: Buffer): void;
}

type Method = (this: Server, keys: Buffer) => void;

const METHOD = "setTicketKeys";

/** Whose program has called setTicketKeys(). */
const chosen = new WeakSet<Server>();
/** The keys of the service that a server has. */
const given = new WeakMap<Server, Buffer>();

/**
 * From now on it is seen that the program calls setTicketKeys(), which nothing tells afterwards. TLS is not loaded for that: when the
 * program loads it, Node assigns the method to the prototype of tls.Server, which inherits from that of net.Server.
 */
export function noteOwnTicketKeys(): void {
  if ((process as { moduleLoadList?: string[] }).moduleLoadList?.includes("NativeModule tls")) {
    const { prototype } = process.getBuiltinModule("node:tls").Server;
    const method: Method = Reflect.get(prototype, METHOD);
    return note(prototype, method);
  }
  Object.defineProperty(Server.prototype, METHOD, {
    configurable: true,
    get: () => undefined,
    set(this: object, method: Method) {
      delete (Server.prototype as Partial<TlsServer>).setTicketKeys;
      note(this, method);
    },
  });
}

/** Gives a server the keys of the service, unless the program has chosen others. */
export function giveTicketKeys(server: Server, keys: Buffer): void {
  if (hasOwnTicketKeys(server)) return;
  const tlsServer = server as TlsServer;
  given.set(server, keys);
  tlsServer.ticketKeys = keys;
  tlsServer.setTicketKeys(keys);
  chosen.delete(server);
}

export function hasOwnTicketKeys(server: Server): boolean {
  const { ticketKeys } = server as TlsServer;
  return chosen.has(server) || (ticketKeys !== undefined && ticketKeys !== given.get(server));
}

function note(prototype: object, method: Method): void {
  const setTicketKeys: Method = function setTicketKeys(keys) {
    Reflect.apply(method, this, [keys]);
    chosen.add(this);
  };
  Object.defineProperty(prototype, METHOD, {
    value: setTicketKeys,
    writable: true,
    configurable: true,
    enumerable: true,
  });
}
