// Event objects of the DOM's kind. They are instances of Event that its constructor has not made, as that costs more
// than all else that is done for a small message; and Node loads MessageEvent and CloseEvent only with fetch.

const NONE = 0;
const AT_TARGET = 2;

/** What has become of an event: a set of these. */
const OVER = 1;
const STOPPED = 2;
const STOPPED_AT_ONCE = 4;

const times = new WeakMap<TargetEvent, number>();

/** An event that is told to the listeners of one target, and does not bubble. */
export class TargetEvent {
  readonly type: string;
  readonly target: unknown;
  #state = 0;

  constructor(type: string, target: unknown) {
    this.type = type;
    this.target = target;
  }

  /** Whether further listeners are to hear of it. */
  static goesOn(event: TargetEvent): boolean {
    return (event.#state & STOPPED_AT_ONCE) === 0;
  }

  /** All listeners have heard of it. */
  static end(event: TargetEvent): void {
    event.#state |= OVER;
  }

  get currentTarget(): unknown {
    return this.#isOver ? null : this.target;
  }

  get srcElement(): unknown {
    return this.target;
  }

  get eventPhase(): number {
    return this.#isOver ? NONE : AT_TARGET;
  }

  composedPath(): unknown[] {
    return this.#isOver ? [] : [this.target];
  }

  stopPropagation(): void {
    this.#state |= STOPPED;
  }

  stopImmediatePropagation(): void {
    this.#state |= STOPPED | STOPPED_AT_ONCE;
  }

  get cancelBubble(): boolean {
    return (this.#state & STOPPED) !== 0;
  }

  set cancelBubble(value: boolean) {
    if (value) this.stopPropagation();
  }

  get bubbles(): false {
    return false;
  }

  get cancelable(): false {
    return false;
  }

  get composed(): false {
    return false;
  }

  get defaultPrevented(): false {
    return false;
  }

  get returnValue(): true {
    return true;
  }

  get isTrusted(): true {
    return true;
  }

  /** There is nothing to prevent. */
  preventDefault(): void {}

  /** Milliseconds since the start of the process, when it was asked for first: to make a time costs something, too. */
  get timeStamp(): number {
    const time = times.get(this) ?? new Event(this.type).timeStamp;
    times.set(this, time);
    return time;
  }

  get [Symbol.toStringTag](): string {
    return "Event";
  }

  get #isOver(): boolean {
    return (this.#state & OVER) !== 0;
  }
}

export class TargetMessageEvent extends TargetEvent {
  readonly data: unknown;

  constructor(type: string, target: unknown, data: unknown) {
    super(type, target);
    this.data = data;
  }

  override get [Symbol.toStringTag](): string {
    return "MessageEvent";
  }
}

export class TargetCloseEvent extends TargetEvent {
  readonly code: unknown;
  readonly reason: unknown;
  readonly wasClean: unknown;

  constructor(target: unknown, code: unknown, reason: unknown, wasClean: unknown) {
    super("close", target);
    this.code = code;
    this.reason = reason;
    this.wasClean = wasClean;
  }

  override get [Symbol.toStringTag](): string {
    return "CloseEvent";
  }
}

export class TargetErrorEvent extends TargetEvent {
  readonly error: Error;
  readonly message: string;

  constructor(target: unknown, error: Error) {
    super("error", target);
    this.error = error;
    this.message = error.message;
  }

  override get [Symbol.toStringTag](): string {
    return "ErrorEvent";
  }
}

Object.setPrototypeOf(TargetEvent.prototype, Event.prototype);
// That of Event takes only what its constructor has made.
Object.defineProperty(TargetEvent.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: TargetEvent): object {
    return Object.defineProperty(Object.assign({}, this), Symbol.toStringTag, { value: this[Symbol.toStringTag] });
  },
});
