// What nobody catches while a test runs.
import type { TestContext } from "node:test";

/** The messages of errors that nobody catches from now on, instead of their failing the test. */
export function uncaughtErrors(t: TestContext): string[] {
  const messages: string[] = [];
  const previous = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => messages.push(error.message));
  t.after(() => {
    process.removeAllListeners("uncaughtException");
    for (const listener of previous) process.on("uncaughtException", listener);
  });
  return messages;
}
