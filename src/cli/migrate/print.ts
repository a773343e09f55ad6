// What `migrate` says of each app: its configuration file, the command, and what has no counterpart.
import { existsSync, writeFileSync } from "node:fs";
import { CliError } from "../cli-error.js";
import { print, printJson } from "../output.js";
import { flagOf, type Setting } from "../settings/setting.js";
import { settings } from "../settings/table.js";
import { migrateApp, type Migrated, type Note } from "./pm2-app.js";
import { readEcosystem } from "./ecosystem.js";
import { INSTEAD } from "./pm2-keys.js";

export interface MigrateOptions {
  /** Which env_NAME is merged into env. */
  env?: string;
  json?: true;
  write?: true;
}

interface Service extends Migrated {
  file: string;
  command: string;
}

export async function migrate(given: string, { env, json, write }: MigrateOptions): Promise<void> {
  const { apps, others } = await readEcosystem(given, process.cwd());
  const services = apps.map((app, index): Service => withCommand(migrateApp(app, env), { index, apps }));
  const beside = others.map(
    (key): Note => ({ key, instead: INSTEAD.get(key) ?? "not a key of PM2 that is known here" }),
  );
  if (write) writeNew(services);
  if (json) return printJson({ services, notes: beside });
  for (const service of services) show(service, write ? "written" : "to be written");
  if (beside.length > 0) showNotes("Beside the apps:", beside);
}

/** A single service has the file that is found by itself; two of one name have a number each. */
function withCommand(migrated: Migrated, { index, apps }: { index: number; apps: readonly object[] }): Service {
  if (apps.length === 1) return { ...migrated, file: "multi-node.config.json", command: "multi-node" };
  const isTwice = apps.some((app, other) => other < index && (app as { name?: unknown }).name === migrated.name);
  const file = `${migrated.name.replaceAll(/[^\w.@-]+/g, "-")}${isTwice ? `-${index}` : ""}.multi-node.json`;
  return { ...migrated, file, command: `multi-node --config ${file}` };
}

/** All or none, and nothing is overwritten. */
function writeNew(services: readonly Service[]): void {
  const there = services.find(({ file }) => existsSync(file));
  if (there !== undefined)
    throw new CliError(`${there.file} is there already, and nothing is overwritten: none is written`);
  for (const { file, settings: content } of services) writeFileSync(file, asJson(content), { flag: "wx" });
}

function show({ name, file, settings: content, command, notes }: Service, state: string): void {
  print([{ text: name, tone: "bold" }]);
  print([`  ${file} (${state}):`]);
  for (const line of asJson(content).trimEnd().split("\n")) print([`  ${line}`]);
  print(["  run by: ", { text: command, tone: "bold" }]);
  print(["  or without the file: ", oneLine(content)]);
  if (notes.length > 0) showNotes("  No counterpart, or another one:", notes);
  print([""]);
}

function showNotes(title: string, notes: readonly Note[]): void {
  print([{ text: title, tone: "yellow" }]);
  for (const { key, instead } of notes) print([`    ${key}: ${instead}`]);
}

function asJson(content: object): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** `multi-node server.js -n 4 --name shop -- --verbose`. */
function oneLine({ script = "server.js", args = [], ...content }: Record<string, unknown>): string {
  const flags = settings.flatMap((setting) => {
    const [key = "", inner] = setting.name.split(".");
    const outer = content[key];
    const value = inner === undefined ? outer : (outer as Record<string, unknown> | undefined)?.[inner];
    return value === undefined ? [] : wordsFor(setting, value);
  });
  const own = (args as string[]).length === 0 ? [] : ["--", ...(args as string[])];
  return ["multi-node", String(script), ...flags, ...own].map(quoted).join(" ");
}

function wordsFor(setting: Setting, value: unknown): string[] {
  const flag = flagOf(setting);
  if (typeof value === "boolean") return [value ? flag : flag.replace("--", "--no-")];
  if (Array.isArray(value) && setting.kind.many) return value.map((item) => `${flag}=${item}`);
  if (Array.isArray(value)) return [`${flag}=${value.join(" ")}`];
  if (typeof value === "object")
    return Object.entries(value as object).map(([name, text]) => `${flag}=${name}=${text}`);
  return [flag, `${value as string | number}`];
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
