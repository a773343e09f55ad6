// Why an address cannot be bound, as an error that says what to do.
import { BindError } from "../errors.js";
import type { Port } from "../port-options.js";
import { describe } from "../serve/ports.js";

/**
 * @param name the system's own of what is wrong
 * @param owner who has the port, where it is in use
 */
export function bindError(
  name: string,
  port: Port,
  owner = "another program; end that one or choose another",
): BindError {
  const cause = Object.assign(new Error(`bind ${name} ${describe(port)}`), { code: name, syscall: "bind" });
  switch (name) {
    case "EADDRINUSE":
      return new BindError("MN_ERR_PORT_IN_USE", `${describe(port)} is in use by ${owner}`, cause);
    case "EACCES":
    case "EPERM":
      return new BindError("MN_ERR_NO_PERMISSION", `no permission to listen on ${describe(port)}`, cause);
    default:
      return new BindError("MN_ERR_BIND", `cannot listen on ${describe(port)}: ${name}`, cause);
  }
}
