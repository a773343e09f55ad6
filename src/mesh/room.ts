// Whether a file system has room for what a service makes: sockets, which take an inode each, and a small file.
import { statfsSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Inodes; a service of many nodes takes more, and others take some meanwhile. */
const LEAST_INODES = 64;
const PROBE = Buffer.alloc(4_096);

/** Writes a file to find out, as quotas show only then. */
export function hasRoom(folder: string): boolean {
  if (inodesFor(folder) < LEAST_INODES) return false;
  const path = join(folder, "room");
  try {
    writeFileSync(path, PROBE, { mode: 0o600, flag: "wx" });
    return true;
  } catch {
    return false;
  } finally {
    remove(path);
  }
}

/** Where there is no limit, both numbers are 0. */
function inodesFor(folder: string): number {
  try {
    const { files, ffree } = statfsSync(folder);
    return files === 0 ? Number.POSITIVE_INFINITY : ffree;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** What could not be written may be there all the same, in part. */
function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is not.
  }
}
