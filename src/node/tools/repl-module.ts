// Node's REPL without what it leaves behind: up to Node 24 it loads node:domain, which watches every asynchronous operation
// of the process from then on, at a third of the CPU time of a small request. Here that is put to rest between two REPLs.
import type { AsyncHook } from "node:async_hooks";

type Repl = typeof import("node:repl");

/** What domains replace in EventEmitter. */
interface Replaced {
  emit: unknown;
  init: unknown;
}

/** What was loaded with the REPL: nothing where the program had loaded it before, and from Node 26 on. */
interface Domains {
  before: Replaced;
  after: Replaced;
  hooks: readonly AsyncHook[];
}

let loaded: { repl: Repl; domains: Domains } | undefined;

/**
 * For one REPL, until rest(). Throws where the program has a process.setUncaughtExceptionCaptureCallback(), as Node has no
 * domains beside that.
 */
export function wakeRepl(): Repl {
  loaded ??= load();
  const { before, after } = loaded.domains;
  replace(before, after);
  return loaded.repl;
}

/** What is left of the last REPL is the program's own: its errors too. */
export function restRepl(): void {
  if (loaded === undefined) return;
  const { before, after, hooks } = loaded.domains;
  replace(after, before);
  for (const hook of hooks) hook.disable();
}

/** The hook is known to nobody but node:domain, so it is caught as it is made. */
function load(): { repl: Repl; domains: Domains } {
  const asyncHooks = process.getBuiltinModule("node:async_hooks");
  const { createHook } = asyncHooks;
  const hooks: AsyncHook[] = [];
  const before = inUse();
  asyncHooks.createHook = (callbacks) => {
    const hook = createHook(callbacks);
    hooks.push(hook);
    return hook;
  };
  try {
    const repl = process.getBuiltinModule("node:repl");
    return { repl, domains: { before, after: inUse(), hooks } };
  } finally {
    asyncHooks.createHook = createHook;
  }
}

/** Who has replaced it once more since then keeps what is theirs. */
function replace(from: Replaced, to: Replaced): void {
  const emitter = emitterClass();
  if (emitter.prototype.emit === from.emit) emitter.prototype.emit = to.emit;
  if (emitter.init === from.init) emitter.init = to.init;
}

function inUse(): Replaced {
  const { prototype, init } = emitterClass();
  return { emit: prototype.emit, init };
}

function emitterClass(): { prototype: { emit: unknown }; init: unknown } {
  return process.getBuiltinModule("node:events") as never;
}
