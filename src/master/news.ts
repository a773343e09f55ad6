// What becomes of the nodes, for whoever watches.
import type { NodeExit } from "../role.js";

export type News = { type: "node"; id: string; place: number; state: string } | { type: "exit"; exit: NodeExit };

export class NewsFeed {
  readonly #watchers = new Set<(news: News) => void>();

  /** Calls with all that happens from now on; returns what ends that. */
  watch(watcher: (news: News) => void): () => void {
    // One that watches twice is told twice.
    const own = (news: News): void => watcher(news);
    this.#watchers.add(own);
    return () => void this.#watchers.delete(own);
  }

  tell(news: News): void {
    for (const watcher of this.#watchers) watcher(news);
  }
}
