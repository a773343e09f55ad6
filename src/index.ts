// The door: everything that the package offers, by name.
export {
  BackpressureError,
  BindError,
  type ErrorCode,
  LinkError,
  MultiNodeError,
  StartError,
  UsageError,
} from "./errors.js";
export { listen } from "./listen.js";
export type { Nodes } from "./nodes.js";
export type { ListenOptions, PortOptions, RestartOptions } from "./options.js";
export type {
  Drain,
  Listener,
  ExitReason,
  NodeExit,
  NodeStatus,
  Peer,
  ReloadEvent,
  ServerSource,
  Status,
} from "./role.js";
export { frameStream } from "./wire/framed-stream.js";
