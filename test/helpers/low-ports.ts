// Whether a port below 1024 is guarded here.
import { existsSync, readFileSync } from "node:fs";

const FIRST_FREE = "/proc/sys/net/ipv4/ip_unprivileged_port_start";

/** Why nobody is refused port 80 or below on this machine; `false` where users without rights are. */
export function whyLowPortsAreFree(): string | false {
  const isFree = existsSync(FIRST_FREE) && Number(readFileSync(FIRST_FREE, "utf8")) <= 1;
  return isFree && "this machine lets anybody have every port";
}
