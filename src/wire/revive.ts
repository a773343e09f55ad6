// Receiver's side of the escapes: puts back into a decoded value what its sender had to rewrite.

import { C1, ESCAPE_ERROR, ESCAPE_FLOAT16, ESCAPE_NEGATIVE_ZERO, ESCAPE_OBJECT, ESCAPE_STRING } from "./escape.js";

type Escape = readonly unknown[];

const makeError = new Map<unknown, () => Error>([
  ["Error", () => new Error()],
  ["AggregateError", () => new AggregateError([])],
  ["EvalError", () => new EvalError()],
  ["RangeError", () => new RangeError()],
  ["ReferenceError", () => new ReferenceError()],
  ["SyntaxError", () => new SyntaxError()],
  ["TypeError", () => new TypeError()],
  ["URIError", () => new URIError()],
]);
const hiddenFields: ReadonlySet<unknown> = new Set(["name", "message", "stack", "cause", "errors"]);

/** Replaces every escape in `value`, in place. Throws on a malformed one. */
export function revive(value: unknown): unknown {
  return new Reviver().value(value);
}

class Reviver {
  readonly #visited = new Set<object>();
  readonly #revived = new Map<Escape, unknown>();

  value(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value) && value[0] === C1) return this.#escape(value);
    if (!this.#visited.has(value)) {
      this.#visited.add(value);
      this.#contents(value);
    }
    return value;
  }

  #contents(value: object): void {
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) value[index] = this.value(value[index]);
    } else if (value instanceof Map) {
      const entries = [...value];
      value.clear();
      for (const [key, item] of entries) value.set(this.value(key), this.value(item));
    } else if (value instanceof Set) {
      const items = [...value];
      value.clear();
      for (const item of items) value.add(this.value(item));
    } else if (Object.getPrototypeOf(value) === Object.prototype) {
      const object = value as Record<string, unknown>;
      for (const key of Object.keys(object)) object[key] = this.value(object[key]);
    }
  }

  #escape(escape: Escape): unknown {
    if (this.#revived.has(escape)) return this.#revived.get(escape);
    switch (escape[1]) {
      case ESCAPE_NEGATIVE_ZERO:
        return -0;
      case ESCAPE_STRING:
        return bytesOf(escape).toString("utf16le");
      case ESCAPE_FLOAT16:
        return this.#float16(escape);
      case ESCAPE_OBJECT:
        return this.#fields(escape, {}, 2);
      case ESCAPE_ERROR: {
        const make = makeError.get(escape[2]);
        if (make === undefined) throw new TypeError("unknown class of error");
        return this.#fields(escape, make(), 3);
      }
      default:
        throw new TypeError(`unknown escape ${String(escape[1])}`);
    }
  }

  #float16(escape: Escape): object {
    const Float16 = Reflect.get(globalThis, "Float16Array") as (new (bytes: ArrayBufferLike) => object) | undefined;
    if (Float16 === undefined) throw new TypeError("this version of Node.js has no Float16Array");
    const array = new Float16(new Uint8Array(bytesOf(escape)).buffer);
    this.#revived.set(escape, array);
    return array;
  }

  // The target is known before its fields are read, so that cycles through it work.
  #fields(escape: Escape, target: object, from: number): object {
    this.#revived.set(escape, target);
    for (let index = from; index < escape.length; index += 2) {
      const key = this.value(escape[index]);
      if (typeof key !== "string") throw new TypeError("a key that is no string");
      const hidden = target instanceof Error && hiddenFields.has(key);
      const value = this.value(escape[index + 1]);
      // A name or message like the one that is there already stays inherited.
      if (hidden && key !== "cause" && value === Reflect.get(target, key)) continue;
      Object.defineProperty(target, key, { value, enumerable: !hidden, writable: true, configurable: true });
    }
    return target;
  }
}

function bytesOf(escape: Escape): Buffer {
  if (!Buffer.isBuffer(escape[2])) throw new TypeError("an escape without its bytes");
  return escape[2];
}
