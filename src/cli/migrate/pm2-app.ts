// Pure: what one app of a PM2 ecosystem file becomes here: settings, and notes about what has no counterpart.
import { join } from "node:path";
import { settings } from "../settings/table.js";
import { INSTEAD, keyOf } from "./pm2-keys.js";

/** A key that is no setting here, or not quite, and what to do. */
export interface Note {
  key: string;
  instead: string;
}

export interface Migrated {
  name: string;
  /** As a configuration file takes them. */
  settings: Record<string, unknown>;
  notes: Note[];
}

type App = Record<string, unknown>;
type Put = (name: string, value: unknown) => void;
type Tell = (instead: string) => void;

/** @param environment of the file's env_NAME blocks the one that is merged into env */
export function migrateApp(written: App, environment?: string): Migrated {
  const app = Object.fromEntries(Object.entries(written).map(([key, value]) => [keyOf(key), value]));
  const [found, notes]: [Record<string, unknown>, Note[]] = [{}, []];
  const name = textOf(app["name"]) ?? nameOfScript(textOf(app["script"]));
  found["name"] = name;
  for (const [key, value] of Object.entries(complete(app, environment))) {
    const tell: Tell = (instead) => void notes.push({ key, instead });
    const put: Put = (setting, given) => {
      if (isTaken(setting, given)) found[setting] = given;
      else tell(`${setting} does not take ${JSON.stringify(given)}: see docs/cli.md`);
    };
    convert(key, value, { app, name, put, tell });
  }
  return { name, settings: joined(found), notes };
}

/** With what PM2 does where nothing is said: one instance, SIGINT, and env with the chosen block over it. */
function complete(app: App, environment: string | undefined): App {
  const block = environment === undefined ? {} : (app[`env_${environment}`] as object | undefined);
  const env = { ...(app["env"] as object | undefined), ...block };
  const { [`env_${environment}`]: _merged, ...rest } = app;
  const forNode = nodeArgs(app);
  return {
    instances: 1,
    kill_signal: "SIGINT",
    ...rest,
    ...(Object.keys(env).length > 0 && { env }),
    ...(forNode.length > 0 && { node_args: forNode }),
  };
}

interface Context {
  app: App;
  name: string;
  put: Put;
  tell: Tell;
}

const CONVERSIONS: Readonly<Record<string, (value: unknown, context: Context) => void>> = {
  name: () => {},
  script: (value, { app, put, tell }) => {
    if (isProgram(app)) put("script", join(textOf(app["cwd"]) ?? ".", String(value)));
    else tell(`${String(value)} is no program for nodes: name the JavaScript file that it runs as script`);
  },
  cwd: (value, { put }) => put("cwd", value),
  args: (value, { app, put }) => (isProgram(app) ? put("args", wordsOf(value)) : undefined),
  node_args: (value, { put }) => put("nodeArgs", value),
  source_map_support: () => {},
  disable_source_map_support: () => {},
  instances: (value, { put, tell }) => {
    const count = value === "max" || value === 0 || value === "0" ? "auto" : Number(value);
    if (count === "auto" || count > 0) return put("nodes", count);
    put("nodes", "auto");
    tell("fewer than the CPUs are a number here: write it into nodes");
  },
  exec_mode: (value, { app, tell }) => {
    const many = ![undefined, 1, "1"].includes(app["instances"] as number);
    if ((textOf(value) ?? "").startsWith("fork") && many)
      tell("here all nodes share the ports of the program, as in PM2's cluster mode");
  },
  interpreter: (value, { tell }) => {
    if (/^(?:node|nodejs|tsx)$/.test(String(value))) return;
    tell("nodes run the Node that multi-node runs on: start multi-node with the one that is meant");
  },
  env: (value, { put }) => put("env", strings(value)),
  env_file: (value, { tell }) =>
    tell(`nodeArgs: ["--env-file=${String(value)}"] reads it anew at each start of a node`),
  port: (value, { put }) => put("port", value),
  uid: (value, { put }) => put("user", value),
  gid: (value, { put }) => put("group", value),
  watch: (value, { put }) => {
    if (value === true) put("watch", true);
    else if (value !== false) put("watchPath", value);
  },
  max_memory_restart: (value, { put }) => put("maxMemory", value),
  log_type: (value, { put }) => (value === "json" ? put("log", "json") : undefined),
  min_uptime: (value, { put }) => put("minUptime", value),
  listen_timeout: (value, { put }) => put("readyTimeout", value),
  kill_timeout: (value, { put }) => put("drainTimeout", value),
  kill_signal: (value, { put }) => put("killSignal", value),
  wait_ready: (value, { put }) => put("waitReady", value),
  autorestart: (value, { put }) => (value === false ? put("restartChildren", false) : undefined),
  max_restarts: (value, { put, tell }) => {
    put("restart.intensity", value);
    put("restart.beyond", "give-up");
    tell(
      "restart.intensity counts the deaths of all nodes within restart.period (1m); beyond it the service ends with exit code 1",
    );
  },
  shutdown_with_message: (value, { tell }) => {
    if (value === true)
      tell('programs are told to end by a signal: listen for SIGINT (killSignal) instead of the message "shutdown"');
  },
  treekill: (value, { put }) => (value === false ? put("helperTimeout", 0) : undefined),
  instance_var: (value, { tell }) => {
    if (value !== "NODE_APP_INSTANCE")
      tell(`read NODE_APP_INSTANCE or MULTI_NODE_SLOT in the program instead of ${String(value)}`);
  },
  cron_restart: (value, { name, tell }) => {
    if (value)
      tell(`a line of crontab does it: ${value as string} multi-node reload -s ${name} (or maxLifetime: "1d")`);
  },
};

function convert(key: string, value: unknown, context: Context): void {
  if (value === undefined || value === null) return;
  const conversion = Object.hasOwn(CONVERSIONS, key) ? CONVERSIONS[key] : undefined;
  if (conversion !== undefined) return conversion(value, context);
  const [, environment] = key.match(/^env_(.+)$/) ?? [];
  if (environment !== undefined) return context.tell(`multi-node migrate FILE --env ${environment} merges it into env`);
  context.tell(INSTEAD.get(key) ?? "not a key of PM2 that is known here: look it up in the program or leave it out");
}

function isTaken(name: string, value: unknown): boolean {
  return settings.find((setting) => setting.name === name)?.kind.read(value) !== undefined;
}

/** `restart.intensity` as a key within `restart`, in the order of docs/cli.md. */
function joined(found: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { name } of settings) {
    if (found[name] === undefined) continue;
    const [key = "", inner] = name.split(".");
    result[key] = inner === undefined ? found[name] : { ...(result[key] as object | undefined), [inner]: found[name] };
  }
  return result;
}

/** What Node can run: not a package manager or a shell, with what it is to do. */
function isProgram({ script }: App): boolean {
  return !/^(?:npm|npx|yarn|pnpm|bun|bash|sh)$|\.sh$/.test(String(script));
}

/** What Node is given beside what is written, for TypeScript and for stacks that name it. */
function nodeArgs({ node_args: written, interpreter, source_map_support: sourceMaps }: App): string[] {
  const loader = interpreter === "tsx" ? ["--import", "tsx"] : [];
  return [...wordsOf(written ?? []), ...loader, ...(sourceMaps === true ? ["--enable-source-maps"] : [])];
}

/** As a shell splits them, quotes respected. */
function wordsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  const words = String(value).match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

function strings(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(Object(value) as object).map(([name, text]) => [name, String(text)]));
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function nameOfScript(script: string | undefined): string {
  return (
    script
      ?.split("/")
      .at(-1)
      ?.replace(/\.[^.]+$/, "") || "app"
  );
}
