// `multi-node list`: all services of this user.
import type { Command } from "commander";
import type { Client } from "../../control/client.js";
import type { Listed } from "../../control/discovery.js";
import type { Status } from "../../index.js";
import { print, printJson, width } from "../output.js";
import { addAnswerOptions, type AnswerOptions } from "../service-option.js";
import { listLines } from "../views/list-view.js";

/** As --json prints it. */
type WithStatus = Listed & {
  /** `null` where it does not answer. */
  status: Status | null;
};

export function addList(program: Command): void {
  const command = program
    .command("list")
    .summary("show all services of this user")
    .description("Shows all services of this user on this machine, those too that do not answer.")
    .action(async (options: AnswerOptions) => {
      const services = await look(options);
      if (options.json) return printJson(services);
      if (services.length === 0) return void process.stderr.write("multi-node: no service of this user runs\n");
      const rows = services.map((service) => ({ ...service, status: service.status ?? undefined }));
      for (const line of listLines(rows, { now: Date.now(), width: width() })) print(line);
    });
  addAnswerOptions(command);
}

async function look({ timeout }: AnswerOptions): Promise<WithStatus[]> {
  const [{ Client }, { list }] = await Promise.all([
    import("../../control/client.js"),
    import("../../control/discovery.js"),
  ]);
  const services = await list({ timeout });
  return Promise.all(services.map((service) => withStatus(service, () => Client.connect(service, { timeout }))));
}

async function withStatus(service: Listed, connect: () => Promise<Client>): Promise<WithStatus> {
  if (service.state === "silent") return { ...service, status: null };
  let client: Client | undefined;
  try {
    client = await connect();
    return { ...service, status: await client.request({ command: "status" }) };
  } catch {
    // It has ended, or fallen silent, since it was listed.
    return { ...service, state: "silent", status: null };
  } finally {
    client?.close();
  }
}
