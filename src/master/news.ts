// What becomes of the nodes, for whoever watches.
import type { Progress } from "../role.js";

export class NewsFeed {
  readonly #watchers = new Set<(news: Progress) => void>();

  /** Calls with all that happens from now on; returns what ends that. */
  watch(watcher: (news: Progress) => void): () => void {
    // One that watches twice is told twice.
    const own = (news: Progress): void => watcher(news);
    this.#watchers.add(own);
    return () => void this.#watchers.delete(own);
  }

  tell(news: Progress): void {
    for (const watcher of this.#watchers) watcher(news);
  }
}
