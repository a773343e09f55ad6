// Whether a program hears of an error of what it listens on: otherwise that would end it.
import type { EventEmitter } from "node:events";

export function isErrorHeard(emitter: EventEmitter): boolean {
  return (
    emitter.listenerCount("error") > 0 ||
    process.listenerCount("uncaughtException") > 0 ||
    process.hasUncaughtExceptionCaptureCallback()
  );
}
