// Watches folders with all that is in them, but what others wrote: node_modules, and whatever begins with a dot.
import { type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Milliseconds in which changes count as one: an editor or a build writes several files. */
const TOGETHER_MS = 100;
/** What programs are made of; a program also writes other files into its folder. */
const CODE = /\.([cm]?[jt]s|[jt]sx|json|node|wasm)$/;
/** A folder that has gone again, or is not for this user to read: it has nothing for the program. */
const NOTHING_THERE = ["ENOENT", "ENOTDIR", "EACCES", "EPERM"];

export class FileWatch {
  /** The folders and files that were given. */
  readonly roots: readonly string[];
  readonly #changed: (files: string[]) => void;
  readonly #counts: (file: string) => boolean;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #files = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** The program's folder; of the files in it those that are code. */
  static ofProgram(script: string, changed: (files: string[]) => void): FileWatch {
    return new FileWatch([dirname(script)], (file) => CODE.test(file), changed);
  }

  /** These folders and files, whatever is in them. */
  static ofPaths(paths: readonly string[], changed: (files: string[]) => void): FileWatch {
    return new FileWatch(paths, () => true, changed);
  }

  private constructor(roots: readonly string[], counts: (file: string) => boolean, changed: (files: string[]) => void) {
    this.roots = roots;
    this.#changed = changed;
    this.#counts = counts;
    for (const root of roots) this.#addRoot(root);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** A file is watched by its folder, as editors put a new file in its place. */
  #addRoot(root: string): void {
    if (isFolder(root)) this.#add(root);
    else this.#watch(root, dirname(root), (name) => name === basename(root) && this.#note(root));
  }

  /** Watches a folder and those in it; returns the files that are there. */
  #add(folder: string): string[] {
    this.#watch(folder, folder, (name) => this.#look(join(folder, name)));
    const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => isOurs(name));
    return entries.flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? this.#addBelow(path) : [path];
    });
  }

  #addBelow(folder: string): string[] {
    try {
      return this.#add(folder);
    } catch (error) {
      if (NOTHING_THERE.includes((error as NodeJS.ErrnoException).code ?? "")) return [];
      throw error;
    }
  }

  #watch(key: string, folder: string, onName: (name: string) => void): void {
    const watcher = watch(folder, (_, name) => {
      if (name !== null && isOurs(name)) onName(name);
    });
    // The folder has gone, which the one above it tells of.
    watcher.on("error", () => watcher.close());
    this.#watchers.get(key)?.close();
    this.#watchers.set(key, watcher);
  }

  #look(path: string): void {
    if (!isFolder(path)) {
      this.#forget(path);
      this.#note(path);
    } else if (!this.#watchers.has(path)) {
      for (const file of this.#addLate(path)) this.#note(file);
    }
  }

  /** Where the system gives no more watches, those that there are go on. */
  #addLate(folder: string): string[] {
    try {
      return this.#add(folder);
    } catch {
      return [];
    }
  }

  /** A folder that has gone, with those that were in it. */
  #forget(path: string): void {
    for (const [folder, watcher] of this.#watchers) {
      if (folder !== path && !folder.startsWith(`${path}/`)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
  }

  #note(file: string): void {
    if (!this.#counts(file)) return;
    this.#files.add(file);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const files = [...this.#files].sort();
      this.#files.clear();
      this.#changed(files);
    }, TOGETHER_MS);
  }
}

/** What goes away meanwhile is none, nor is a symbolic link that leads to itself. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function isOurs(name: string): boolean {
  return name !== "node_modules" && !/^\.|~$/.test(name);
}
