// What is said of a service as a whole. Pure.
import type { Status } from "../../index.js";
import type { Line, Span } from "./line.js";
import { printable } from "../../printable.js";

export function addressesText(addresses: Status["addresses"]): string {
  return addresses.length === 0 ? "nothing yet" : addresses.map(addressText).join(", ");
}

export function servingCount({ nodes }: Pick<Status, "nodes">): number {
  return nodes.filter(({ state }) => state === "serving").length;
}

/** `4 of 4 serve`, and what goes on. */
export function nodesLine(status: Status): Line {
  const serving = servingCount(status);
  const count: Span = { text: `${serving} of ${status.wanted} serve`, tone: servingTone(serving, status.wanted) };
  return status.reloading ? [count, ", ", { text: "reloading", tone: "cyan" }] : [count];
}

export function servingTone(serving: number, wanted: number): Span["tone"] {
  if (serving >= wanted) return "green";
  return serving === 0 ? "red" : "yellow";
}

/** `0.0.0.0:8000`, `[::]:8000`, `0.0.0.0:53/udp`, or a path. */
function addressText(address: Status["addresses"][number]): string {
  if (typeof address === "string") return printable(address);
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `${host}:${address.port}${address.transport === "udp" ? "/udp" : ""}`;
}
