// What only a master loads: the master itself.
import { MasterRuntime } from "./master/runtime.js";
import type { ServiceOptions } from "./options.js";
import type { Outlet, Role } from "./role.js";

export function makeMaster(options: ServiceOptions, outlet: Outlet): Role {
  return new MasterRuntime(options, outlet);
}
