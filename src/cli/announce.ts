// Says where the service is, once it is there.
import type { Nodes, Status } from "../index.js";

type Address = Status["addresses"][number];

/** Says once that all nodes serve, and then of each address that is added. */
export function announce(nodes: Nodes, say: (line: string) => void): void {
  const told = sayWhenServing(nodes, say);
  // Why it does not serve is told by the "error" event.
  told.catch(() => {});
}

async function sayWhenServing(nodes: Nodes, say: (line: string) => void): Promise<void> {
  await nodes.ready;
  const status = await nodes.status();
  say(describe(status));
  nodes.on("listening", (address) => say(`${status.name} serves ${describeAddress(address)} too`));
}

/** Such as `shop (pid 4242): 4 nodes serve port 8000`. */
export function describe({
  name,
  pid,
  wanted,
  addresses,
}: Pick<Status, "name" | "pid" | "wanted" | "addresses">): string {
  const count = `${wanted} ${wanted === 1 ? "node" : "nodes"}`;
  const where = enumerated(addresses.map(describeAddress));
  const verb = wanted === 1 ? "serves" : "serve";
  return `${name} (pid ${pid}): ${count} ${where === "" ? "up, listening nowhere" : `${verb} ${where}`}`;
}

function enumerated(items: readonly string[]): string {
  return items.join(", ").replace(/, (?=[^,]*$)/, " and ");
}

function describeAddress(address: Address): string {
  if (typeof address === "string") return address;
  const { address: host, port, transport } = address;
  const protocol = transport === "udp" ? "UDP " : "";
  if (host === "::" || host === "0.0.0.0") return `${protocol}port ${port}`;
  return `${protocol}${host.includes(":") ? `[${host}]` : host}:${port}`;
}
