// Pure: the error that node:net gives where it binds itself, so that a program which knows that one finds it.
import { constants } from "node:os";
import { getSystemErrorMap } from "node:util";
import { BindError, type MultiNodeError } from "../errors.js";
import type { Query } from "./cluster-seam.js";
import { RefusedError } from "./node-sockets.js";

/** What Node says of a path in a folder that is not there, as libuv makes one of the other. */
const OF_PATHS: Readonly<Record<string, string>> = { ENOENT: "EACCES" };

/** @param error why the socket cannot be had */
export function listenError(query: Query, error: MultiNodeError): Error {
  const code = codeOf(query, error);
  const errno = -((constants.errno as Record<string, number>)[code] ?? constants.errno.EINVAL);
  const { port } = query;
  const address = addressOf(query, code);
  const message = `listen ${code}: ${getSystemErrorMap().get(errno)?.[1] ?? code}${where(address, port)}`;
  const told = { code, errno, syscall: "listen", address, ...(port && { port }) };
  return Object.assign(new Error(message), told);
}

function codeOf({ fd, port }: Query, error: MultiNodeError): string {
  if (typeof fd === "number" && fd >= 0) return "EINVAL";
  const code = error instanceof RefusedError ? error.system : error instanceof BindError ? "EADDRINUSE" : "EINVAL";
  return (port === -1 && OF_PATHS[code]) || code;
}

/** Where no address was asked for, Node tries IPv6 first; only a port in use shows no sooner than it listens. */
function addressOf({ address, fd }: Query, code: string): string | null {
  if (address !== null || typeof fd === "number") return address;
  return code === "EADDRINUSE" ? "::" : "0.0.0.0";
}

function where(address: string | null, port: number | null): string {
  if (address === null) return "";
  return port !== null && port > 0 ? ` ${address}:${port}` : ` ${address}`;
}
