// The outermost layer of the wire: a five-byte header before each payload, and the close frame's payload.

import { LinkError, UsageError } from "../errors.js";
import { CLOSE_NO_STATUS, closeCodeName, isSendableCloseCode, MAX_CLOSE_REASON } from "./close-codes.js";

/** Bytes before each payload: its length (u32, big-endian), then its type (u8). */
export const HEADER_SIZE = 5;
/** The greatest payload in bytes unless an option says otherwise: 16 MiB. */
export const DEFAULT_MAX_PAYLOAD: number = 16 * 1024 * 1024;

/** Type of a frame that carries one value. */
export const FRAME_VALUE = 0x01;
/** Type of a frame that ends the stream. */
export const FRAME_CLOSE = 0x08;

const CODE_SIZE = 2;
/** The greatest payload of a close frame: its code and the longest reason. */
export const MAX_CLOSE_PAYLOAD: number = CODE_SIZE + MAX_CLOSE_REASON;

const NO_BYTES: Buffer = Buffer.alloc(0);
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What a close frame says. */
export interface CloseStatus {
  readonly code: number;
  readonly reason: string;
}

/** Writes a header at `offset` of `target`. `length` counts the payload only. */
export function writeHeader(target: Uint8Array, offset: number, type: number, length: number): void {
  target[offset] = length >>> 24;
  target[offset + 1] = length >>> 16;
  target[offset + 2] = length >>> 8;
  target[offset + 3] = length;
  target[offset + 4] = type;
}

/** A whole frame around a copy of `payload`. */
export function encodeFrame(type: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_SIZE + payload.length);
  writeHeader(frame, 0, type, payload.length);
  frame.set(payload, HEADER_SIZE);
  return frame;
}

/**
 * A whole close frame; one without a code is empty.
 * @throws UsageError MN_ERR_OPTION for a code that may not be sent or a reason of more than 123 bytes.
 */
export function encodeClose(code: number | undefined, reason: string): Buffer {
  if (code === undefined || code === CLOSE_NO_STATUS) return encodeFrame(FRAME_CLOSE, NO_BYTES);
  if (!isSendableCloseCode(code)) {
    throw new UsageError(
      "MN_ERR_OPTION",
      `close code ${String(code)} (${closeCodeName(code)}) may not be sent: use 1000-1003, 1007-1014 or 3000-4999`,
    );
  }
  const text = Buffer.from(reason, "utf8");
  if (text.length > MAX_CLOSE_REASON) {
    throw new UsageError(
      "MN_ERR_OPTION",
      `the close reason has ${text.length} bytes of UTF-8, at most ${MAX_CLOSE_REASON} fit: shorten it`,
    );
  }
  const payload = Buffer.allocUnsafe(CODE_SIZE + text.length);
  payload.writeUInt16BE(code, 0);
  payload.set(text, CODE_SIZE);
  return encodeFrame(FRAME_CLOSE, payload);
}

/**
 * Reads the payload of a close frame from `bytes[start..end)`.
 * @throws LinkError MN_ERR_FRAME_VALUE when it is too short, its code may not be sent, or its reason is not UTF-8.
 */
export function parseClose(bytes: Buffer, start: number, end: number): CloseStatus {
  if (start === end) return { code: CLOSE_NO_STATUS, reason: "" };
  if (end - start < CODE_SIZE) throw malformedClose(`it has ${end - start} bytes, at least ${CODE_SIZE} are needed`);
  const code = bytes.readUInt16BE(start);
  if (!isSendableCloseCode(code)) throw malformedClose(`its code is ${code} (${closeCodeName(code)})`);
  try {
    return { code, reason: strictUtf8.decode(bytes.subarray(start + CODE_SIZE, end)) };
  } catch (error) {
    throw malformedClose("its reason is not UTF-8", error);
  }
}

function malformedClose(why: string, cause?: unknown): LinkError {
  return new LinkError("MN_ERR_FRAME_VALUE", `the peer sent a close frame that breaks the protocol: ${why}`, cause);
}
