// What addEventListener() takes, as the DOM has it.

/** A function, or an object with `handleEvent`, as everywhere in the DOM. */
export type EventListener<Event> = ((event: Event) => void) | { handleEvent(event: Event): void };

/** As the DOM has them: `once` removes the listener before its first call, `signal` when it aborts. */
export interface ListenerOptions {
  readonly once?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Nothing captures here, but a listener with and one without it are two. */
  readonly capture?: boolean | undefined;
  /** Taken and ignored, as there is nothing to prevent. */
  readonly passive?: boolean | undefined;
}

/**
 * Whether there is one.
 * @throws TypeError for what is neither a listener nor null or undefined
 */
export function isListener(listener: unknown): listener is EventListener<never> {
  if (listener === null || listener === undefined) return false;
  if (typeof listener === "function" || typeof listener === "object") return true;
  throw wrongType(`a listener is a function or an object with handleEvent, not ${typeof listener}`);
}

/** @throws TypeError for what are no options */
export function checkListenerOptions(options: unknown): ListenerOptions {
  if (options === null || typeof options !== "object") {
    if (options === undefined || options === null || typeof options === "boolean") return {};
    throw wrongType(`the options of a listener are an object or a boolean, not ${typeof options}`);
  }
  const { once, signal } = options as ListenerOptions;
  if (signal === undefined || typeof (signal as AbortSignal | null)?.aborted === "boolean") return { once, signal };
  throw wrongType("the option signal of a listener is an AbortSignal");
}

/** Whether it is a capturing listener; as the DOM has it, options may be this alone. */
export function captureOf(options: unknown): boolean {
  if (options === null || typeof options !== "object") return Boolean(options);
  return Boolean((options as ListenerOptions).capture);
}

function wrongType(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: "ERR_INVALID_ARG_TYPE" });
}
