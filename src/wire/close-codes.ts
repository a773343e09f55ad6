// Which numbers a close frame may carry, and what they are called: those of RFC 6455, section 7.4.

/** The sender ends: what a link says before its process does. */
export const CLOSE_GOING_AWAY = 1001;
/** The peer broke the framing: an unknown frame type or a malformed close frame. */
export const CLOSE_PROTOCOL_ERROR = 1002;
/** The stream gave something that is not bytes. */
export const CLOSE_UNSUPPORTED_DATA = 1003;
/** A close frame without a code came: told to listeners, never sent. */
export const CLOSE_NO_STATUS = 1005;
/** No close frame came: told to listeners, never sent. */
export const CLOSE_ABNORMAL = 1006;
/** A value could not be decoded. */
export const CLOSE_INVALID_PAYLOAD = 1007;
/** A frame was longer than the receiver takes. */
export const CLOSE_TOO_LARGE = 1009;

/** Bytes of UTF-8 that the reason of a close frame may have. */
export const MAX_CLOSE_REASON = 123;

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

/** What `close()` takes of a program, as the WebSocket interface has it: the code that is sent, and the reason. */
export function checkClose(code: unknown, reason: string | undefined): [code: number | undefined, reason: string] {
  const sent = code === undefined ? undefined : toUint16(code);
  const text = Buffer.from(reason ?? "", "utf8");
  if (sent !== undefined && !isSendableCloseCode(sent)) throw wrongCode(sent);
  if (text.length > MAX_CLOSE_REASON) throw tooLongReason(text.length);
  return [sent, sent === undefined ? "" : text.toString()];
}

/** Web IDL's conversion, with [Clamp]: rounded to the nearest, and to the even one of two. */
function toUint16(code: unknown): number {
  const number = Math.min(Math.max(Number(code), 0), 0xffff) || 0;
  const below = Math.floor(number);
  return number - below === 0.5 ? below + (below % 2) : Math.round(number);
}

function wrongCode(code: number): DOMException {
  const what = `close code ${code} (${closeCodeName(code)}) may not be sent: use 1000-1003, 1007-1014 or 3000-4999`;
  return new DOMException(what, "InvalidAccessError");
}

function tooLongReason(length: number): DOMException {
  const what = `the close reason has ${length} bytes of UTF-8, at most ${MAX_CLOSE_REASON} fit: shorten it`;
  return new DOMException(what, "SyntaxError");
}
