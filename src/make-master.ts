// What only a master loads: the master itself, and how it is steered from outside.
import { ControlServer } from "./control/server.js";
import { MasterRuntime } from "./master/runtime.js";
import { refuseTestFile } from "./master/test-file.js";
import type { ServiceOptions } from "./options.js";
import type { Outlet, Role } from "./role.js";

export function makeMaster(options: ServiceOptions, outlet: Outlet): Role {
  refuseTestFile(options);
  const master = new MasterRuntime(options, outlet);
  void new ControlServer(master.governance).open();
  return master;
}
