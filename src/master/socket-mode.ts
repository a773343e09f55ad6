// Who may connect to a Unix socket, where the program says so: the mode that Node's own listen() gives the file.
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, removeFolder } from "../mesh/folder.js";
import { bindHandle, type PipeHandle } from "../serve/handles.js";

const ALL = 0o777;

/**
 * Binds with the mask that makes the file's mode right from the start: Node changes it by path afterwards, and where
 * another user may write to the folder, that path may lead to any file.
 * @param access as in Port; `undefined`: the mask of this process
 */
export function withMask<Result>(access: number | undefined, bind: () => Result): Result {
  if (access === undefined) return bind();
  const before = process.umask(ALL & ~modeFor(access));
  try {
    return bind();
  } finally {
    process.umask(before);
  }
}

/** Versions of Node differ, so it is tried in a folder that only this user can change. */
function modeFor(access: number): number {
  const folder = makeFolder();
  const path = join(folder, "mode");
  const handle = bindHandle(path, -1, -1, 0);
  try {
    if (typeof handle !== "number") (handle as PipeHandle).fchmod(access);
    return lstatSync(path).mode & ALL;
  } finally {
    if (typeof handle !== "number") handle.close();
    removeFolder(folder);
  }
}
