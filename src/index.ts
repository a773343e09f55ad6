// The door: everything that the package offers, by name.
export {
  BackpressureError,
  BindError,
  CallAbortedError,
  CallTimeoutError,
  type ErrorCode,
  LinkError,
  MultiNodeError,
  NoHandlerError,
  PeerGoneError,
  StartError,
  UsageError,
} from "./errors.js";
export type { BalanceOptions } from "./balance-options.js";
export type { Candidate, Client } from "./balance/candidates.js";
export type { Balance, BalanceFunction } from "./balance/policies.js";
export type { RequestHead } from "./balance/request-head.js";
export { listen } from "./listen.js";
export type { Call } from "./messages/answer.js";
export type { Settled } from "./messages/calls.js";
export type { Channel, ChannelEventMap } from "./messages/channel.js";
export type { Handler, CallContext } from "./messages/running-call.js";
export type { CallOptions } from "./messages/targets.js";
export type { Nodes } from "./nodes.js";
export type { ListenOptions } from "./options.js";
export type { PortOptions } from "./port-options.js";
export { run } from "./run.js";
export type { RunOptions } from "./run-options.js";
export type { LogFormat } from "./log-lines.js";
export type { RestartOptions } from "./restart-options.js";
export type { SocketAddress } from "./protocol.js";
export type {
  AcceptedCounts,
  Drain,
  Events,
  Listener,
  ExitReason,
  NodeExit,
  NodeStatus,
  Peer,
  ReloadEvent,
  Replaced,
  ServerSource,
  Status,
} from "./role.js";
export type { CloseEvent, ErrorEvent, FramedEvent, MessageEvent } from "./wire/events.js";
export { type FramedStream, frameStream } from "./wire/framed-stream.js";
export type { FrameStreamOptions } from "./wire/stream-options.js";
