// What frameStream takes, checked at once.

import { UsageError } from "../errors.js";
import { DEFAULT_MAX_PAYLOAD } from "./frame.js";

/** Options of `frameStream`. */
export interface FrameStreamOptions {
  /** The largest value in bytes, both ways, 1 to 1 GiB. Default 16 MiB. The peer's must be the same. */
  readonly maxPayload?: number | undefined;
  /** `send` throws while more bytes than this wait to be written. Default 64 MiB. */
  readonly maxBufferedAmount?: number | undefined;
  /** Milliseconds after a close until the stream is destroyed even if the peer does not answer. Default 30,000. */
  readonly closeTimeout?: number | undefined;
}

export type Settings = { readonly [Name in keyof FrameStreamOptions]-?: number };

const LARGEST_PAYLOAD: number = 1024 * 1024 * 1024;
const LONGEST_TIMEOUT = 2 ** 31 - 1;
const defaults: Settings = {
  maxPayload: DEFAULT_MAX_PAYLOAD,
  maxBufferedAmount: 64 * 1024 * 1024,
  closeTimeout: 30_000,
};
const ranges: { readonly [Name in keyof Settings]: readonly [least: number, greatest: number] } = {
  maxPayload: [1, LARGEST_PAYLOAD],
  maxBufferedAmount: [0, Number.MAX_SAFE_INTEGER],
  closeTimeout: [0, LONGEST_TIMEOUT],
};

/** Fills in the defaults. Throws UsageError MN_ERR_OPTION. */
export function checkOptions(options: FrameStreamOptions): Settings {
  return {
    maxPayload: checkOption("maxPayload", options.maxPayload),
    maxBufferedAmount: checkOption("maxBufferedAmount", options.maxBufferedAmount),
    closeTimeout: checkOption("closeTimeout", options.closeTimeout),
  };
}

/** Throws UsageError MN_ERR_NOT_A_STREAM unless `stream` can be read from and written to as bytes. */
export function checkDuplex(stream: unknown): void {
  const { read, write, on, readableEncoding } = Object(stream) as Record<string, unknown>;
  if (![read, write, on].every((method) => typeof method === "function")) {
    throw new UsageError("MN_ERR_NOT_A_STREAM", `frameStream takes a duplex stream, but got ${describe(stream)}`);
  }
  if (readableEncoding != null) {
    throw new UsageError(
      "MN_ERR_NOT_A_STREAM",
      `frameStream takes a stream of bytes, but setEncoding(${JSON.stringify(readableEncoding)}) was called on this one`,
    );
  }
}

function checkOption(name: keyof Settings, value: unknown): number {
  if (value === undefined) return defaults[name];
  const [least, greatest] = ranges[name];
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= greatest) return value as number;
  throw new UsageError(
    "MN_ERR_OPTION",
    `${name} must be a whole number from ${least} to ${greatest}, but is ${describe(value)}`,
  );
}

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "object" && value !== null
    ? `an object (${value.constructor?.name ?? "no class"})`
    : String(value);
}
