// The user and group that nodes run as, from names to the numbers that the system knows.
import { readFileSync } from "node:fs";
import { UsageError } from "../errors.js";

export interface Account {
  uid: number;
  gid: number;
}

/**
 * The account for the options `user` and `group`, `undefined` where neither is given.
 * @throws UsageError MN_ERR_OPTION when there is no such account, or this process may not become it
 */
export function accountOf(user: string | number | undefined, group: string | number | undefined): Account | undefined {
  if (user === undefined && group === undefined) return undefined;
  if (process.getuid?.() !== 0) {
    throw new UsageError("MN_ERR_OPTION", `option ${user === undefined ? "group" : "user"}: is taken from root only`);
  }
  const entry = user === undefined ? ["", "", "0", "0"] : entryOf("user", user, "/etc/passwd");
  const gid = group === undefined ? entry[3] : entryOf("group", group, "/etc/group")[2];
  return { uid: Number(entry[2]), gid: Number(gid) };
}

/** The fields of a line of the user or group file, found by name or by number; a number needs no line. */
function entryOf(what: "user" | "group", wanted: string | number, file: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n");
  const entries = lines.map((line) => line.split(":"));
  const found = entries.find(([name, , id]) => (typeof wanted === "number" ? id === String(wanted) : name === wanted));
  if (found !== undefined) return found;
  if (typeof wanted === "number") return ["", "", String(wanted), String(wanted)];
  throw new UsageError(
    "MN_ERR_OPTION",
    `option ${what}: the name of a ${what} of this machine is taken, got '${wanted}'`,
  );
}
