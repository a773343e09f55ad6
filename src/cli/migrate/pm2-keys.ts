// The keys of PM2's ecosystem files: other names of them, and what to do about those without a counterpart. Pure.

/** What each other name stands for; written in snake case. */
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    exec: "script",
    exec_interpreter: "interpreter",
    interpreter_args: "node_args",
    out: "out_file",
    output: "out_file",
    out_log: "out_file",
    error: "error_file",
    err: "error_file",
    err_file: "error_file",
    err_log: "error_file",
    log: "log_file",
    pid: "pid_file",
    cron: "cron_restart",
    combine_logs: "merge_logs",
    user: "uid",
    group: "gid",
    auto_restart: "autorestart",
  }),
);

const FILES =
  "the service writes to its own output: redirect it (>> app.log 2>&1), or let systemd or the container keep it; multi-node logs " +
  "shows the latest lines";
const MONITORING = "of PM2's own monitoring: leave it out; multi-node top and status --json tell figures";
const OF_PM2 = "of PM2's own housekeeping: leave it out";
const BACK_OFF = "nodes that die young are replaced with back-off, 100 ms to 5 s: see minUptime and restart";
const WATCH = "node_modules and names that begin with a dot are never watched; watchPath names what is";

/** Keys that become no setting, whatever their value, and what to do instead. */
export const INSTEAD: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ignore_watch: WATCH,
    watch_options: WATCH,
    watch_delay: "changes within 100 ms count as one reload: leave it out",
    out_file: FILES,
    error_file: FILES,
    log_file: FILES,
    disable_logs: "the service keeps no log files: redirect its output to /dev/null where nobody is to read it",
    merge_logs: "all nodes write to the output of one process, each line with its node's id: leave it out",
    log_date_format: "--log json has the time of each line, and so have journald and containers",
    time: "--log json has the time of each line, and so have journald and containers",
    pid_file: "multi-node list --json tells the process id of the master; nodes have no files",
    restart_delay: BACK_OFF,
    exp_backoff_restart_delay: BACK_OFF,
    stop_exit_codes: "a node that ends is replaced whatever its exit code; restartChildren: false replaces none",
    vizion: OF_PM2,
    force: OF_PM2,
    name_prefix: "write it into name",
    namespace: "services have names alone: write it into name, as in shop-api",
    append_env_to_name: "write the environment into name, as in shop-production",
    install_url: OF_PM2,
    username: OF_PM2,
    write: OF_PM2,
    execute_command: OF_PM2,
    kill_retry_time: OF_PM2,
    windows_hide: OF_PM2,
    autostart: "a service runs from when it is started: leave it out",
    post_update: "run these commands in your deployment, and multi-node reload after them",
    filter_env:
      "nodes have the environment of the master: start it with env -i or systemd's Environment=, and name the rest in env",
    pmx: MONITORING,
    automation: MONITORING,
    trace: MONITORING,
    disable_trace: MONITORING,
    deep_monitoring: MONITORING,
    v8: MONITORING,
    event_loop_inspector: MONITORING,
    io: MONITORING,
    increment_var:
      "nodes share one port; what differs between them is made from MULTI_NODE_SLOT (0, 1, …) in the program",
    deploy: "deploy with a script: put the release in its place, then multi-node reload",
  }),
);

/** `max_memory_restart` for `maxMemoryRestart`, `err` and the like by the name that the documentation has. */
export function keyOf(written: string): string {
  // The names of environments keep their case.
  if (written.startsWith("env_")) return written;
  const snake = written.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return ALIASES.get(snake) ?? snake;
}
