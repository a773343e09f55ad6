// Pure: what the supervisor is to keep to, from the options of the service.
import { availableCpus } from "../cpus.js";
import type { ServiceOptions } from "../options.js";
import type { HostedSettings } from "../protocol.js";
import { startsAtOnce } from "./starts.js";
import type { About } from "./status.js";
import type { SupervisorOptions } from "./supervisor-world.js";

/** Where the master itself serves, it is one of the processes that are wanted. */
export function supervisorOptions(options: ServiceOptions, about: About): SupervisorOptions {
  const { masterListen, nodes, scale } = options;
  const own = masterListen ? 1 : 0;
  return {
    ...options,
    places: nodes - own,
    masterServes: masterListen,
    startsAtOnce: startsAtOnce(availableCpus()),
    firstStart: options.hosted === undefined ? "unwatched" : "watched",
    waitReady: options.hosted?.waitReady ?? false,
    about,
    program: about.script,
    scale: scale && { minNodes: scale.minNodes - own, maxNodes: scale.maxNodes - own },
  };
}

/** What the nodes of a hosted program are told; `undefined` where it calls listen() itself. */
export function hostedSettings(options: ServiceOptions): HostedSettings | undefined {
  const { hosted, drainTimeout, maxPayload, maxBufferedAmount } = options;
  return hosted && { ...hosted, drainTimeout, maxPayload, maxBufferedAmount };
}
