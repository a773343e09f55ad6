// Every error that multi-node gives: one class per decision that a caller can take, one stable code per cause.

/** Every `code` of this library's errors; docs/errors.md explains each. */
export type ErrorCode =
  | "MN_ERR_ALREADY_LISTENING"
  | "MN_ERR_BACKPRESSURE"
  | "MN_ERR_BIND"
  | "MN_ERR_CALL_ABORTED"
  | "MN_ERR_CALL_TIMEOUT"
  | "MN_ERR_CLOSED"
  | "MN_ERR_CONTROL_REQUEST"
  | "MN_ERR_CONTROL_TIMEOUT"
  | "MN_ERR_FRAME_TOO_LARGE"
  | "MN_ERR_FRAME_TRUNCATED"
  | "MN_ERR_FRAME_TYPE"
  | "MN_ERR_FRAME_VALUE"
  | "MN_ERR_HANDLER_TWICE"
  | "MN_ERR_HANDSHAKE"
  | "MN_ERR_HANDSHAKE_ID"
  | "MN_ERR_HANDSHAKE_TIMEOUT"
  | "MN_ERR_HANDSHAKE_TOKEN"
  | "MN_ERR_HANDSHAKE_VERSION"
  | "MN_ERR_HOST_NOT_FOUND"
  | "MN_ERR_ILLEGAL_TRANSITION"
  | "MN_ERR_LAST_NODE"
  | "MN_ERR_MESH_FOLDER"
  | "MN_ERR_NOT_A_STREAM"
  | "MN_ERR_NO_HANDLER"
  | "MN_ERR_NO_PERMISSION"
  | "MN_ERR_NO_SERVICE"
  | "MN_ERR_NO_SUCH_NODE"
  | "MN_ERR_OPTION"
  | "MN_ERR_PEER_GONE"
  | "MN_ERR_PORT_IN_USE"
  | "MN_ERR_RELOAD_FAILED"
  | "MN_ERR_RESTART_INTENSITY"
  | "MN_ERR_SERVER_LISTENING"
  | "MN_ERR_TEST_FILE"
  | "MN_ERR_SERVER_TYPE"
  | "MN_ERR_START_FAILED"
  | "MN_ERR_STREAM_FAILED"
  | "MN_ERR_TOOL_FAILED"
  | "MN_ERR_TOO_MANY"
  | "MN_ERR_UPGRADE_FAILED";

/** What all errors of this library have in common. `cause` is the error behind it, where there is one. */
export class MultiNodeError extends Error {
  /** Stable, for programs; the message is for people and may change. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.name = new.target.name;
  }
}

/** The call is wrong: mend the program. Bad options, a bad server argument, a call at the wrong time. */
export class UsageError extends MultiNodeError {}

/** The address cannot be had: choose another, free it, or get the permission. */
export class BindError extends MultiNodeError {}

/** The nodes do not start or stay: look at what the program wrote before it ended. */
export class StartError extends MultiNodeError {}

/** One stream or connection between processes is unusable and was closed: the others go on. */
export class LinkError extends MultiNodeError {}

/** Too much waits for a receiver that does not read: send less, or wait. */
export class BackpressureError extends MultiNodeError {}

/** The answer did not come in time: wait longer, or call again where running twice does no harm. */
export class CallTimeoutError extends MultiNodeError {}

/** The caller's own signal ended the call: nothing is left to do. */
export class CallAbortedError extends MultiNodeError {}

/** Nobody there handles calls of that name, so nothing has run: call another process, or call again later. */
export class NoHandlerError extends MultiNodeError {}

/** A running service cannot be steered as asked: it is not there, is another user's, does not answer, or refuses. */
export class ControlError extends MultiNodeError {}

/** The process is gone, and what it was asked may have run or not: call another where running twice does no harm. */
export class PeerGoneError extends MultiNodeError {}
