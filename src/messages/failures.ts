// How a failed call is told to its caller: as it failed, or in words where that cannot be sent.
import type { Link } from "./link.js";
import { FRAME_FAILURE } from "./link-frames.js";

/** Characters of a name or code, and of a message, that go along where the error as it is cannot. */
const SHORT = 100;
const LONG = 1_000;

/** Tells that call `id` failed, while the link is not full. */
export function sendFailure(link: Link, id: number, error: unknown): void {
  const refusal = trySend(link, id, error);
  if (refusal === undefined) return;
  // Of an error, its own words tell more than why the rest of it stays at home.
  const words = error instanceof Error ? inWords(error) : inWords(refusal.error);
  if (trySend(link, id, words) !== undefined) trySend(link, id, null);
}

/** Why it was not sent, if so. */
function trySend(link: Link, id: number, error: unknown): { readonly error: unknown } | undefined {
  try {
    link.sendValue(FRAME_FAILURE, error, id);
    return undefined;
  } catch (refusal) {
    return { error: refusal };
  }
}

/** An error of name, message and code alone. */
function inWords(error: unknown): Error {
  const copy = new Error(textOf(error, "message", LONG) ?? "the handler failed with what cannot be sent");
  copy.name = textOf(error, "name", SHORT) ?? "Error";
  delete copy.stack;
  const code = propertyOf(error, "code");
  if (typeof code === "number") return Object.assign(copy, { code });
  const text = textOf(error, "code", SHORT);
  return text === undefined ? copy : Object.assign(copy, { code: text });
}

function textOf(error: unknown, key: string, most: number): string | undefined {
  const text = propertyOf(error, key);
  return typeof text === "string" ? text.slice(0, most) : undefined;
}

function propertyOf(error: unknown, key: string): unknown {
  try {
    return Reflect.get(Object(error) as object, key);
  } catch {
    // Its getter throws.
    return undefined;
  }
}
