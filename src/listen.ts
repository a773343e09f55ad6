// The story: which role this process has, and what follows.
import type { Nodes } from "./nodes.js";
import { checkListenOptions, type ListenOptions } from "./options.js";
import type { ServerSource } from "./role.js";
import { checkServerSource } from "./serve/server.js";
import { begin, takeHosted } from "./this-service.js";

/**
 * Serves one port from many processes and connects each with every other. Returns at once; the same program runs in
 * every process, and each gets its own view of the same service. Under `multi-node run` the processes are there already,
 * and the options but those of the port are the command's.
 *
 * @param options where to listen and with how many processes; all defaults are named at ListenOptions
 * @param server an http, https, http2, tls or net server that does not listen yet, or a function that returns one,
 * perhaps as a promise, and that runs only in the processes that serve
 * @throws UsageError MN_ERR_OPTION, MN_ERR_SERVER_TYPE, MN_ERR_SERVER_LISTENING, MN_ERR_ALREADY_LISTENING
 */
export function listen(options: ListenOptions, server: ServerSource): Nodes {
  const { port, service } = checkListenOptions(options);
  checkServerSource(server);
  const hosted = takeHosted();
  if (hosted === undefined) return begin(service, { port, source: server });
  hosted.addFirst({ port, source: server });
  return hosted;
}
