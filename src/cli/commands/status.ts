// `multi-node status`: how a service and each of its nodes fare; with --ready, whether it serves.
import type { Command } from "commander";
import type { Status } from "../../index.js";
import { CliError } from "../cli-error.js";
import { print, printJson, width } from "../output.js";
import {
  addServiceArgument,
  addServiceOptions,
  ofService,
  type ServiceOptions,
  withService,
} from "../service-option.js";
import { servingCount } from "../views/service-text.js";
import { statusLines } from "../views/status-view.js";

interface StatusOptions extends ServiceOptions {
  ready?: true;
}

export function addStatus(program: Command): void {
  const command = program
    .command("status")
    .summary("show a service and its nodes")
    .description("Shows a service and its nodes. LOOP is the share of time in which the event loop was busy.")
    .option("--ready", "print nothing; exit code 0 when the master answers and at least one node serves, for probes")
    .action(async (service: string | undefined, options: StatusOptions) => {
      const status = await withService(ofService(service, options), (client) => client.request({ command: "status" }));
      if (options.ready) checkReady(status);
      else if (options.json) printJson(status);
      else for (const line of statusLines(status, { now: Date.now(), width: width() })) print(line);
    });
  addServiceOptions(addServiceArgument(command));
}

/** One that is being replaced or has died makes a service weaker, not unready: others take the connections. */
function checkReady(status: Status): void {
  if (servingCount(status) > 0) return;
  const states = status.nodes.map(({ id, state }) => `${id} is ${state}`).join(", ");
  throw new CliError(`no node of ${status.name} serves${states === "" ? "" : `: ${states}`}`);
}
