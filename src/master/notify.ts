// What systemd is told of the service, where it asked for it (sd_notify(3)).
import { spawn } from "node:child_process";
import { debuglog } from "node:util";

const debug = debuglog("multi-node");

export type Notice = "ready" | "reloading" | "stopping";

/** By the command systemd-notify, as Node has no Unix datagram sockets; without NOTIFY_SOCKET nothing happens. */
export function notify(notice: Notice): void {
  if (process.env["NOTIFY_SOCKET"] === undefined) return;
  const child = spawn("systemd-notify", assignments(notice, process.hrtime.bigint()), { stdio: "ignore" });
  child.on("error", (error) => debug("systemd-notify: %s", error.message));
  child.unref();
}

/** Pure: what is said. The time is needed where systemd waits for a reload to end (Type=notify-reload). */
export function assignments(notice: Notice, nanoseconds: bigint): string[] {
  const said: Record<Notice, string[]> = {
    ready: ["READY=1", `MAINPID=${process.pid}`],
    reloading: ["RELOADING=1", `MONOTONIC_USEC=${nanoseconds / 1000n}`],
    stopping: ["STOPPING=1"],
  };
  return said[notice];
}
