// Whether this Node reads TypeScript, and what to do where it does not.
import { extname } from "node:path";

export const typescriptAdvice: string =
  `Node ${process.version} does not read TypeScript; take Node 22.18 or later, or a loader such as ` +
  "NODE_OPTIONS='--import tsx', or write it in JavaScript";

/** JSX is read by no Node. @param path of a program */
export function isUnreadTypeScript(path: string): boolean {
  const ending = extname(path);
  // Not known to the types of every version.
  const reads = (process.features as { typescript?: string | false }).typescript;
  return /^\.[jt]sx$/.test(ending) || (/^\.[cm]?ts$/.test(ending) && !reads);
}
