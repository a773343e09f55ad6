// A tiny shell process that outlives a killed master, to end those nodes that do not end by themselves.
import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { debuglog } from "node:util";

export interface ReaperOptions {
  /** Seconds that the nodes have to end by themselves once the master is gone. */
  graceSeconds: number;
  /** Seconds that what is left of the group of a node which has ended has to end on SIGTERM; 0: it is left alone. */
  helperSeconds: number;
}

const debug = debuglog("multi-node");

/**
 * POSIX sh, with nothing but builtins and sleep. $1: seconds of grace, $2: where proc(5) is, $3: seconds for the helper
 * processes of nodes that have ended. Reads "watch PID",
 * "unwatch PID" and "end" line by line; an end of file without "end" means that the master is gone.
 *
 * A process is known by its id and its start (field 22 of its stat), so that another one which got the same id is
 * spared; without /proc by its id alone. The name in field 2 may hold anything, brackets and line ends included.
 * What is left of a node that has ended is in the group and the session of its number. The system gives that number to no
 * other process while they have members, so where another process has it, the group of that number is not the node's.
 *
 * Node opens what it holds close-on-exec, but what it was started with (sockets by systemd, from 3 on) it hands on.
 */
export const REAPER_SCRIPT = `# multi-node: ends the nodes that outlive a killed master
trap '' HUP INT QUIT TERM USR1 USR2 ALRM TSTP TTIN TTOU
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
set -f
grace=$1 proc=$2 helpers=\${3:-0} watched= left=
command -v sleep >/dev/null || exit
identify() {
  started= group= session=
  if [ ! -r "$proc/self/stat" ]; then
    kill -0 "$1" 2>/dev/null && started=any
    return
  fi
  [ -r "$proc/$1/stat" ] || return
  stat=
  { while read -r line; do stat="$stat $line"; done < "$proc/$1/stat"; } 2>/dev/null
  set -- \${stat##*)}
  case $1 in Z | X) ;; *) started=\${20} group=$3 session=$4 ;; esac
}
forget() {
  kept=
  for one in $watched; do
    [ "\${one%:*}" = "$1" ] || kept="$kept $one"
  done
  watched=$kept
}
has_members() {
  kill -0 "-$1" 2>/dev/null || return 1
  [ -r "$proc/self/stat" ] || return 0
  leader=$1
  identify "$leader"
  [ -z "$started" ] || return 1
  set +f
  set -- "$proc"/[0-9]*
  set -f
  for entry in "$@"; do
    identify "\${entry##*/}"
    [ "$group" = "$leader" ] && [ "$session" = "$leader" ] && return
  done
  return 1
}
survivors() {
  for one in $watched; do
    identify "\${one%:*}"
    [ "$started" = "\${one#*:}" ] || outlived "\${one%:*}"
  done
}
outlived() {
  forget "$1"
  [ "$helpers" -gt 0 ] && has_members "$1" || return
  kill -TERM "-$1" 2>/dev/null
  left="$left $1"
}
while read -r word pid; do
  case $word in
    watch)
      forget "$pid"
      identify "$pid"
      [ -z "$started" ] || watched="$watched $pid:$started" ;;
    unwatch) forget "$pid" ;;
    end) exit ;;
  esac
done
survivors
while [ -n "$watched" ] && [ "$grace" -gt 0 ]; do
  sleep 1
  grace=$((grace - 1))
  survivors
done
for one in $watched; do
  kill -KILL "\${one%:*}" 2>/dev/null
done
while [ "$helpers" -gt 0 ]; do
  survivors
  kept=
  for one in $left; do
    has_members "$one" && kept="$kept $one"
  done
  left=$kept
  [ -n "$watched$left" ] || exit
  sleep 1
  helpers=$((helpers - 1))
done
for one in $left; do
  has_members "$one" && kill -KILL "-$one" 2>/dev/null
done
`;

/** Where there is no shell there is no reaper, and nothing else is different. */
export class Reaper {
  #input: Socket | undefined;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();

  start({ graceSeconds, helperSeconds }: ReaperOptions): void {
    if (this.#input !== undefined) return;
    const seconds = (exact: number): string => String(Math.ceil(exact));
    const args = ["-c", REAPER_SCRIPT, "multi-node-reaper", seconds(graceSeconds), "/proc", seconds(helperSeconds)];
    const child = spawn("/bin/sh", args, { cwd: "/", stdio: ["pipe", "ignore", "ignore"] });
    this.#input = (child.stdin as Socket | null) ?? undefined;
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once("error", () => resolve()).once("exit", () => resolve());
    });
    child.on("error", (error) => this.#lose(error.message));
    child.on("exit", (code, signal) => this.#lose(`it ended with ${signal ?? code}`));
    // The pipe breaks when the reaper has ended, which "exit" tells.
    child.stdin?.on("error", () => {});
    letEnd(child);
  }

  watch(pid: number): void {
    this.#input?.write(`watch ${pid}\n`);
  }

  unwatch(pid: number): void {
    this.#input?.write(`unwatch ${pid}\n`);
  }

  /** All nodes have ended: the reaper ends without harming any. Resolves when it has. */
  end(): Promise<void> {
    this.#input?.end("end\n");
    this.#input = undefined;
    // Whoever waits for it is not to end meanwhile.
    this.#child?.ref();
    return this.#ended;
  }

  #lose(why: string): void {
    if (this.#input === undefined) return;
    this.#input = undefined;
    debug("nodes that hang will outlive this process if it is killed, for there is no reaper: %s", why);
  }
}

/** Neither the process nor the pipe to it keeps this process running. */
function letEnd(child: ChildProcess): void {
  child.unref();
  (child.stdin as Socket | null)?.unref();
}
