// What kind of server a program has, found out without loading modules of Node that it does not use.
import type { Server } from "node:net";

/** Whether it speaks TLS, for HTTP or anything else. */
export function isTls(server: Server): boolean {
  return "addContext" in server;
}

/** Of that module nothing but its functions is public. */
export function isHttp2(server: Server): boolean {
  return "updateSettings" in server;
}

export function isHttps(server: Server): boolean {
  return isTls(server) && server instanceof process.getBuiltinModule("node:https").Server;
}
