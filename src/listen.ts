// The story: which role this process has, and what follows.
import { createRequire } from "node:module";
import { UsageError } from "./errors.js";
import { boot } from "./node/boot.js";
import { NodeRuntime } from "./node/runtime.js";
import { Nodes } from "./nodes.js";
import { checkListenOptions, type ListenOptions, type ServiceOptions } from "./options.js";
import type { Outlet, Role, ServerSource } from "./role.js";
import { checkServerSource } from "./serve/server.js";

let service: Nodes | undefined;

/**
 * Serves one port from many processes and connects each with every other. Returns at once; the same program runs in
 * every process, and each gets its own view of the same service.
 *
 * @param options where to listen and with how many processes; all defaults are named at ListenOptions
 * @param server an http, https, http2, tls or net server that does not listen yet, or a function that returns one,
 * perhaps as a promise, and that runs only in the processes that serve
 * @throws UsageError MN_ERR_OPTION, MN_ERR_SERVER_TYPE, MN_ERR_SERVER_LISTENING, MN_ERR_ALREADY_LISTENING
 */
export function listen(options: ListenOptions, server: ServerSource): Nodes {
  const { port, service: serviceOptions } = checkListenOptions(options);
  checkServerSource(server);
  if (service !== undefined) {
    throw new UsageError(
      "MN_ERR_ALREADY_LISTENING",
      "listen() was called before in this process; add a port with listen() of the object that it returned",
    );
  }
  // Its master died while it started: without one there is nothing to serve.
  if (boot === "orphan") process.exit(1);
  const told = boot;
  service = new Nodes(
    (outlet) =>
      told === undefined ? loadMaster(serviceOptions, outlet) : new NodeRuntime(told, serviceOptions, outlet),
    { port, source: server, limits: serviceOptions, log: serviceOptions.log },
  );
  service.once("close", () => {
    service = undefined;
  });
  return service;
}

/** A node never needs what makes a master, so it does not load it: half of the time to load, and of the memory. */
function loadMaster(options: ServiceOptions, outlet: Outlet): Role {
  const { makeMaster } = createRequire(import.meta.url)("./make-master.js") as typeof import("./make-master.js");
  return makeMaster(options, outlet);
}
