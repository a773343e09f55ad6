// Which numbers a close frame may carry, and what they are called: those of RFC 6455, section 7.4.

/** The normal end: what `close()` sends when it is given no code. */
export const CLOSE_NORMAL = 1000;
/** The sender ends: what a link says before its process does. */
export const CLOSE_GOING_AWAY = 1001;
/** The peer broke the framing: an unknown frame type or a malformed close frame. */
export const CLOSE_PROTOCOL_ERROR = 1002;
/** The stream gave something that is not bytes. */
export const CLOSE_UNSUPPORTED_DATA = 1003;
/** No close frame came: told to listeners, never sent. */
export const CLOSE_ABNORMAL = 1006;
/** A value could not be decoded. */
export const CLOSE_INVALID_PAYLOAD = 1007;
/** A frame was longer than the receiver takes. */
export const CLOSE_TOO_LARGE = 1009;

const names = new Map<number, string>([
  [1000, "normal closure"],
  [1001, "going away"],
  [1002, "protocol error"],
  [1003, "unsupported data"],
  [1005, "no status received"],
  [1006, "abnormal closure"],
  [1007, "invalid frame payload data"],
  [1008, "policy violation"],
  [1009, "message too big"],
  [1010, "mandatory extension"],
  [1011, "internal error"],
  [1012, "service restart"],
  [1013, "try again later"],
  [1014, "bad gateway"],
]);

/** Whether a close frame may carry `code`: 1000-1003, 1007-1014 and 3000-4999. */
export function isSendableCloseCode(code: number): boolean {
  if (!Number.isInteger(code)) return false;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/** The name of a code for messages, as in "message too big". */
export function closeCodeName(code: number): string {
  if (code >= 3000 && code <= 3999) return "registered code";
  if (code >= 4000 && code <= 4999) return "private code";
  return names.get(code) ?? "unknown code";
}
