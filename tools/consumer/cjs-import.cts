// What a user's CommonJS program says to the published types where TypeScript turns its imports into require().

import { createServer } from "node:http";
import { type Nodes, listen, UsageError } from "multi-node";

export function program(): Nodes | string {
  try {
    return listen({ port: 8000, nodes: 4 }, createServer());
  } catch (error) {
    return error instanceof UsageError ? error.code : "";
  }
}
