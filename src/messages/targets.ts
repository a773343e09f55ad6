// What calls and handlers are given: what is taken, and how the error reads when something else comes.
import { UsageError } from "../errors.js";
import { check, type Rule, show, timeoutOrOff, wrongValue } from "../option-rules.js";
import { MAX_NAME } from "./link-frames.js";

/** What a call may be told. */
export interface CallOptions {
  /**
   * Milliseconds until the call rejects when no answer has come, up to 2 147 483 647; 0: never. For a streamed answer
   * also for each item that is waited for. Default: 30 000.
   */
  timeout?: number | undefined;
  /** Rejects the call when it aborts, and aborts the handler's signal. Default: none. */
  signal?: AbortSignal | undefined;
}

/** The options of a call, complete. */
export interface CallSettings {
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

// Node 20 has it; the types of ES2023 do not.
type ModernString = string & { isWellFormed(): boolean };

const DEFAULT_TIMEOUT = 30_000;
const defaults: CallSettings = { timeout: DEFAULT_TIMEOUT, signal: undefined };
const callRules: Record<string, Rule> = {
  timeout: timeoutOrOff,
  signal: { takes: "an AbortSignal", accepts: isSignal },
};
const objectRule: Rule = { takes: "an object such as { timeout: 1000 }", accepts: isObject };

/**
 * Fills in the defaults.
 * @throws UsageError MN_ERR_OPTION
 */
export function checkCallOptions(options: CallOptions | undefined): CallSettings {
  if (options === undefined) return defaults;
  if (!isObject(options)) throw wrongValue("of a call", objectRule, options);
  check(options, callRules);
  return { timeout: options.timeout ?? DEFAULT_TIMEOUT, signal: options.signal };
}

/**
 * Whether it names a process, there or not, or several.
 * @throws UsageError MN_ERR_OPTION
 */
export function checkTarget(target: unknown): void {
  if (typeof target === "string" && /^(?:master|any|all|node-\d+)$/.test(target)) return;
  const taken = 'the id of a process ("node-1"), "master", "any" or "all" is taken';
  throw new UsageError("MN_ERR_OPTION", `target of a call: ${taken}, got ${show(target)}`);
}

/**
 * The name of a call or a channel.
 * @param whose what it is the name of, for the message
 * @throws UsageError MN_ERR_OPTION
 */
export function checkName(name: unknown, whose: string): void {
  if (typeof name === "string" && isName(name)) return;
  const taken = `a string of 1 to ${MAX_NAME} bytes of UTF-8 is taken`;
  throw new UsageError("MN_ERR_OPTION", `name of a ${whose}: ${taken}, got ${show(name)}`);
}

/** @throws UsageError MN_ERR_OPTION */
export function checkHandler(handler: unknown): void {
  if (typeof handler === "function") return;
  throw new UsageError("MN_ERR_OPTION", `handler of a call: a function is taken, got ${show(handler)}`);
}

function isName(name: string): boolean {
  return name !== "" && (name as ModernString).isWellFormed() && Buffer.byteLength(name) <= MAX_NAME;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** By its shape, so that signals of other realms and of libraries pass. */
function isSignal(value: unknown): boolean {
  const { aborted, addEventListener, removeEventListener } = Object(value) as Record<string, unknown>;
  return typeof aborted === "boolean" && [addEventListener, removeEventListener].every(isFunction);
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}
