// What one value may ask of memory beyond its bytes: the same arithmetic for the sender and the receiver.

/** Containers within containers: writer and reader recurse, and the stack of whoever calls them may be deep already. */
export const MAX_DEPTH = 500;

// Heap bytes that a decoded thing takes, roughly, besides its contents (measured on Node 20 and 24). A few bytes of
// payload can ask for any of these, so a payload of the greatest size could ask for gigabytes.
export const COST_CONTAINER = 48;
export const COST_TABLE = 240;
export const COST_ERROR = 1024;
export const COST_RECORD = 128;

// A definition is kept for as long as the stream lasts. What is larger is sent as an object with its keys instead.
export const MOST_RECORD_KEYS = 1024;
/** Characters of all keys of one definition. */
export const MOST_RECORD_TEXT = 16_384;

/** The greatest sum of these costs in one value, in bytes. */
export function costLimit(maxPayload: number): number {
  return 16 * maxPayload;
}

/** The error of the platform's structuredClone for what cannot be cloned. */
export function dataCloneError(message: string, cause?: unknown): DOMException {
  const error = new DOMException(message, "DataCloneError");
  if (cause !== undefined) Object.defineProperty(error, "cause", { value: cause, configurable: true });
  return error;
}
