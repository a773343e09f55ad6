// The one service of this process, and how it comes to be.
import { createRequire } from "node:module";
import { UsageError } from "./errors.js";
import { logTo } from "./log-lines.js";
import { boot } from "./node/boot.js";
import { NodeRuntime } from "./node/runtime.js";
import { type FirstPort, Nodes } from "./nodes.js";
import type { ServiceOptions } from "./options.js";
import type { Boot, HostedSettings } from "./protocol.js";
import type { Outlet, Role } from "./role.js";

let service: Nodes | undefined;

/**
 * Where the object is kept that a hosted program gets from listen(): in the process, as its copy of this package may be
 * another than the one that hosts it.
 */
const HOSTED: unique symbol = Symbol.for("multi-node.hosted") as typeof HOSTED;
type Hosting = { [HOSTED]?: Nodes };

/** @throws UsageError MN_ERR_ALREADY_LISTENING */
export function begin(options: ServiceOptions, first: FirstPort): Nodes {
  refuseSecond();
  // Its master died while it started: without one there is nothing to serve.
  if (boot === "orphan") process.exit(1);
  const told = boot;
  if (told === undefined) return beginMaster(options, first);
  return keep(new Nodes((outlet) => new NodeRuntime(told, options, outlet), options, first));
}

/** @throws UsageError MN_ERR_ALREADY_LISTENING */
export function beginMaster(options: ServiceOptions, first?: FirstPort): Nodes {
  refuseSecond();
  return keep(new Nodes((outlet) => loadMaster(options, outlet), options, first));
}

/** Makes this process a node before its program runs, which may or may not call listen(). */
export function beginHosted(told: Boot, settings: HostedSettings): void {
  const options = {
    ...settings,
    signals: true,
    log: logTo(true),
  };
  const nodes = new Nodes((outlet) => new NodeRuntime(told, options, outlet), options);
  (globalThis as Hosting)[HOSTED] = nodes;
}

/** The service that hosts this program, for the first who asks. */
export function takeHosted(): Nodes | undefined {
  const hosted = (globalThis as Hosting)[HOSTED];
  if (hosted === undefined || service !== undefined) return undefined;
  return keep(hosted);
}

function keep(nodes: Nodes): Nodes {
  service = nodes;
  nodes.once("close", () => {
    service = undefined;
  });
  return nodes;
}

function refuseSecond(): void {
  if (service === undefined) return;
  throw new UsageError(
    "MN_ERR_ALREADY_LISTENING",
    "listen() was called before in this process; add a port with listen() of the object that it returned",
  );
}

/** A node never needs what makes a master, so it does not load it: half of the time to load, and of the memory. */
function loadMaster(options: ServiceOptions, outlet: Outlet): Role {
  const { makeMaster } = createRequire(import.meta.url)("./make-master.js") as typeof import("./make-master.js");
  return makeMaster(options, outlet);
}
