// Pure: the frames of a link, and the small ones in bytes. docs/wire.md lists them all.
import { LinkError } from "../errors.js";
import { FRAME_CLOSE, HEADER_SIZE, MAX_CLOSE_PAYLOAD, writeHeader } from "../wire/frame.js";
import type { FrameLimits } from "../wire/decoder.js";
import type { Output } from "../wire/output.js";

/** The version of what is spoken on a link. */
export const LINK_VERSION = 1;

/** The first frame behind the names that a process listens on and handles: version. From then on it is there. */
export const FRAME_READY = 0x10;
/** This process listens on a channel: name. */
export const FRAME_LISTEN = 0x11;
/** It does no more: name. */
export const FRAME_UNLISTEN = 0x12;
/** This process handles calls of a name: number, name. */
export const FRAME_HANDLE = 0x13;
/** It does no more: number. */
export const FRAME_UNHANDLE = 0x14;
/** What is published under this number from now on goes to a channel: number, name. */
export const FRAME_PORT = 0x15;
/** The number is not used any more: number. */
export const FRAME_UNPORT = 0x16;
/** A message: number of its port, then the context that encoded it (u8), then the value. */
export const FRAME_PUBLISH = 0x17;
/** How many calls this process has in progress: number. */
export const FRAME_BUSY = 0x18;
/** This process takes no more calls than those on their way: 0. */
export const FRAME_LEAVING = 0x19;
/** The answer: all calls were sent before this: 0. */
export const FRAME_FAREWELL = 0x1a;
/** The program of this process has started: it does not handle what it does not handle by now: 0. */
export const FRAME_STARTED = 0x1b;
/** A call: its id, the number of the handler, then the value. */
export const FRAME_CALL = 0x20;
/** The caller does not want the answer any more: id. */
export const FRAME_CANCEL = 0x21;
/** The answer: id, then the value. */
export const FRAME_ANSWER = 0x22;
/** The call failed: id, then the error. */
export const FRAME_FAILURE = 0x23;
/** Nobody handles that: id. */
export const FRAME_UNHANDLED = 0x24;
/** The answer comes in items: id. */
export const FRAME_STREAM = 0x25;
/** One item: id, then the value. */
export const FRAME_ITEM = 0x26;
/** There are no more items: id. */
export const FRAME_END = 0x27;
/** The caller takes more items: id, how many. */
export const FRAME_CREDIT = 0x28;

/** Bytes of UTF-8 that a name may have. */
export const MAX_NAME = 255;
/** Bytes of a number. */
export const NUMBER = 4;
/** Bytes between the header of a published value and the value: number and context. */
export const PUBLISH_HEAD = 5;
/** Bytes between the header of a call and its value: id and handler. */
export const CALL_HEAD = 8;

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What a link takes, with values of at most `maxPayload` bytes. */
export function linkLimits(maxPayload: number): FrameLimits {
  return new Map([
    [FRAME_CLOSE, MAX_CLOSE_PAYLOAD],
    [FRAME_READY, NUMBER],
    [FRAME_LISTEN, MAX_NAME],
    [FRAME_UNLISTEN, MAX_NAME],
    [FRAME_HANDLE, NUMBER + MAX_NAME],
    [FRAME_UNHANDLE, NUMBER],
    [FRAME_PORT, NUMBER + MAX_NAME],
    [FRAME_UNPORT, NUMBER],
    [FRAME_PUBLISH, PUBLISH_HEAD + maxPayload],
    [FRAME_BUSY, NUMBER],
    [FRAME_LEAVING, NUMBER],
    [FRAME_FAREWELL, NUMBER],
    [FRAME_STARTED, NUMBER],
    [FRAME_CALL, CALL_HEAD + maxPayload],
    [FRAME_CANCEL, NUMBER],
    [FRAME_ANSWER, NUMBER + maxPayload],
    [FRAME_FAILURE, NUMBER + maxPayload],
    [FRAME_UNHANDLED, NUMBER],
    [FRAME_STREAM, NUMBER],
    [FRAME_ITEM, NUMBER + maxPayload],
    [FRAME_END, NUMBER],
    [FRAME_CREDIT, 2 * NUMBER],
  ]);
}

/** What stands before the values of all but calls and messages. */
export function writeNumber(output: Output, number: number): void {
  output.uint32(number);
}

/** What stands before the value of a call. */
export function writeCallHead(output: Output, id: number, handler: number): void {
  output.uint32(id);
  output.uint32(handler);
}

/** What stands before the value of a message. */
export function writePublishHead(output: Output, port: number, context: number): void {
  output.uint32(port);
  output.byte(context);
}

/** A frame of numbers alone. */
export function numbersFrame(type: number, ...numbers: readonly number[]): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_SIZE + NUMBER * numbers.length);
  writeHeader(frame, 0, type, NUMBER * numbers.length);
  numbers.forEach((number, index) => frame.writeUInt32BE(number, HEADER_SIZE + NUMBER * index));
  return frame;
}

/** A frame of a name, behind a number where there is one. */
export function nameFrame(type: number, name: string, ...numbers: readonly number[]): Buffer {
  const head = numbersFrame(type, ...numbers);
  const frame = Buffer.concat([head, Buffer.from(name, "utf8")]);
  writeHeader(frame, 0, type, frame.length - HEADER_SIZE);
  return frame;
}

/**
 * The number at `start` of a payload that ends at `end`.
 * @throws LinkError MN_ERR_FRAME_VALUE where it is cut short
 */
export function readNumber(bytes: Buffer, start: number, end: number): number {
  if (end - start < NUMBER) throw malformed("it is cut short");
  return bytes.readUInt32BE(start);
}

/**
 * The name in `bytes[start..end)`.
 * @throws LinkError MN_ERR_FRAME_VALUE where it is none
 */
export function readName(bytes: Buffer, start: number, end: number): string {
  if (end <= start) throw malformed("it has no name");
  try {
    return strictUtf8.decode(bytes.subarray(start, end));
  } catch (error) {
    throw malformed("its name is not UTF-8", error);
  }
}

/** The error for a frame that does not keep to the protocol. */
export function malformed(why: string, cause?: unknown): LinkError {
  return new LinkError("MN_ERR_FRAME_VALUE", `the peer sent a frame that breaks the protocol: ${why}`, cause);
}
