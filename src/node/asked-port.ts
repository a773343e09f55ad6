// Pure: what node:net wants to listen on, as this package names it.
import type { Port } from "../port-options.js";
import type { Query } from "./cluster-seam.js";

const IPV6_ONLY = 1;
/** As libuv's uv_pipe_chmod() takes them. */
const READABLE = 1;
const WRITABLE = 2;
/** Node's own, which it takes where it was told none, or 0. */
const BACKLOG = 511;

export function portOf(query: Query): Port {
  const { address, port, fd, flags = 0 } = query;
  const backlog = query.backlog || BACKLOG;
  if (typeof fd === "number" && fd >= 0) return { fd, backlog };
  if (port === -1) return { path: address ?? "", backlog, ...accessOf(query) };
  return { port, host: address ?? undefined, ipv6Only: (flags & IPV6_ONLY) !== 0, backlog };
}

function accessOf({ readableAll, writableAll }: Query): { access?: number } {
  const access = (readableAll === true ? READABLE : 0) + (writableAll === true ? WRITABLE : 0);
  return access === 0 ? {} : { access };
}
