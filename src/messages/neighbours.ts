// The links of this process, as channels and calls see them.
import type { Link } from "./link.js";

export interface Neighbours {
  /** The way back to this process: what is sent comes back in a later turn of the event loop. */
  readonly self: Link;
  /** The links to all other processes that have joined. */
  readonly others: Iterable<Link>;
}
