// The program's global object while a REPL works on it: Node's REPL adds to it and never takes back.

/** Takes back what was added. */
export type GiveBack = () => void;

/**
 * Lets `start` add names to the global object, and adds `own` ones. What the program has there itself stays as it is,
 * and whatever is put under an added name meanwhile goes with it.
 */
export function lendGlobals(start: () => void, own: Record<string, unknown>): GiveBack {
  const before = Object.getOwnPropertyDescriptors(globalThis) as Record<string, PropertyDescriptor>;
  start();
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined && !Object.hasOwn(before, name))
      define(name, { value, configurable: true, writable: true, enumerable: false });
  }
  const added: string[] = [];
  for (const [name, now] of Object.entries(Object.getOwnPropertyDescriptors(globalThis))) {
    const was = before[name];
    if (was === undefined) added.push(name);
    else if (differs(was, now)) define(name, was);
  }
  return () => {
    for (const name of added) Reflect.deleteProperty(globalThis, name);
  };
}

function define(name: string, descriptor: PropertyDescriptor): void {
  Reflect.defineProperty(globalThis, name, descriptor);
}

function differs(one: PropertyDescriptor, other: PropertyDescriptor): boolean {
  return !Object.is(one.value, other.value) || one.get !== other.get || one.set !== other.set;
}
