// A service without a process: the real control socket in front of what a test says that happens.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Status } from "multi-node";
import { CONTROL_SOCKET } from "#src/control/commands.js";
import { ControlServer } from "#src/control/server.js";
import type { Order } from "#src/protocol.js";
import { temporaryFolder } from "./environment.js";
import { FakeGoverned, INFO } from "./fake-governed.js";
import { statusOf } from "./status-of.js";
import { listenOn } from "./unix-sockets.js";
import { createServer } from "node:net";

export class FakeService extends FakeGoverned {
  /** What it tells of itself. */
  status: Status = statusOf();

  override async order(order: Order): Promise<unknown> {
    return order.type === "status" ? this.status : super.order(order);
  }
}

/** Opens one in a new folder; `base` is where it is looked for. */
export async function openFake(
  t: TestContext,
  told: Partial<Status> = {},
): Promise<[service: FakeService, base: string]> {
  const base = temporaryFolder(t);
  const folder = join(base, "multi-node-0123456789ab");
  mkdirSync(folder, { mode: 0o700 });
  const service = new FakeService(folder);
  service.status = statusOf({ name: "fake", ...told });
  await new ControlServer(service).open();
  t.after(() => service.end());
  return [service, base];
}

/** A service in that base whose master takes connections and says nothing. */
export async function openSilent(t: TestContext, base: string): Promise<void> {
  const folder = join(base, "multi-node-ba9876543210");
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, "service.json"), JSON.stringify({ ...INFO, name: "silent" }));
  await listenOn(t, createServer(), join(folder, CONTROL_SOCKET));
}
