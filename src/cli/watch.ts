// In development: reloads the service when a file of the program changes, one reload at a time.
import { relative } from "node:path";
import { failureOf } from "./failure.js";
import { FileWatch } from "./file-watch.js";

/** How many changed files are named. */
const NAMED_FILES = 3;

export interface WatchOptions {
  script: string;
  /** Instead of the program's folder. */
  paths: readonly string[] | undefined;
  reload: () => Promise<void>;
  say: (line: string) => void;
}

/** Returns what ends the watch. */
export function watchProgram({ script, paths, reload, say }: WatchOptions): () => void {
  const changed = reloader(reload, say);
  const watch = paths === undefined ? FileWatch.ofProgram(script, changed) : FileWatch.ofPaths(paths, changed);
  say(`watching ${watch.roots.map((root) => relative("", root) || ".").join(", ")} for changes`);
  return () => watch.close();
}

/** What changes while a reload runs is reloaded after it, at once for all of it. */
export function reloader(reload: () => Promise<void>, say: (line: string) => void): (files: string[]) => void {
  let waiting: string[] = [];
  let state: "idle" | "reloading" = "idle";
  const work = async (): Promise<void> => {
    state = "reloading";
    while (waiting.length > 0) {
      say(`${nameFiles(waiting)} changed: reloading`);
      waiting = [];
      await reload().then(
        () => say("reloaded"),
        (error: Error) => say(failureOf(error).text ?? error.message),
      );
    }
    state = "idle";
  };
  return (files) => {
    waiting = [...new Set([...waiting, ...files])];
    if (state === "idle") void work();
  };
}

function nameFiles(files: readonly string[]): string {
  const names = files.slice(0, NAMED_FILES).map((file) => relative("", file));
  const more = files.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
