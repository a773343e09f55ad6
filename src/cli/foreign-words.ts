// Words and flags of other tools, with what is meant here. Pure but for package.json, which says what `npm start` starts.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CommanderError } from "commander";
import { type CliError, usageError } from "./cli-error.js";

const NO_DAEMON = "there is no daemon: systemd, a container or another supervisor starts the service (examples/deploy)";
const NO_FILES = "the service writes to its own output, and keeps no log files; multi-node logs shows the latest lines";

/** Commands of PM2 and of shells, and what to do instead; `%` stands for the words that follow. */
const COMMANDS: ReadonlyMap<string, string> = new Map([
  ["start", "multi-node %s runs a program"],
  ["ls", "multi-node list shows all services"],
  ["ps", "multi-node list shows all services"],
  ["jlist", "multi-node list --json shows all services"],
  ["monit", "multi-node top shows a service live"],
  ["dash", "multi-node top shows a service live"],
  ["describe", "multi-node status % shows a service"],
  ["show", "multi-node status % shows a service"],
  ["kill", "multi-node stop % ends a service"],
  ["delete", "multi-node stop % ends a service, and nothing of it is kept"],
  ["del", "multi-node stop % ends a service, and nothing of it is kept"],
  ["gracefulReload", "multi-node reload % replaces all nodes"],
  ["startOrReload", "multi-node reload % replaces all nodes of a service that runs"],
  ["flush", NO_FILES],
  ["save", NO_DAEMON],
  ["resurrect", NO_DAEMON],
  ["startup", NO_DAEMON],
  ["unstartup", NO_DAEMON],
  ["init", "multi-node needs no file; multi-node.config.json may hold its settings (docs/cli.md)"],
]);

/** What runs a program, or a script of package.json, and is none itself. */
const RUNNERS: readonly string[] = ["npm", "npx", "yarn", "pnpm", "bun", "node", "nodejs", "tsx", "ts-node", "nodemon"];

/** Files of PM2: they are no programs. */
const ECOSYSTEM = /(?:^|\/)(?:ecosystem(?:\.config)?|pm2\.config)\.(?:c?js|json|ya?ml)$/;

const FLAGS: ReadonlyMap<string, string> = new Map([
  ["-i", "-n, as in -n max, says how many nodes serve"],
  ["--instances", "-n, as in -n max, says how many nodes serve"],
  ["--max-memory-restart", "--max-memory says at which size a node is replaced"],
  ["--listen-timeout", "--ready-timeout says how long a node may take to serve"],
  ["--kill-timeout", "--drain-timeout says how long a node may take to finish its requests"],
  ["--no-autorestart", "--no-restart-children does not replace a node that dies"],
  ["--max-restarts", "--restart-intensity and --restart-period say how many deaths are borne"],
  ["--cron-restart", "multi-node reload, called by cron or a timer of systemd, replaces the nodes"],
  ["--cron", "multi-node reload, called by cron or a timer of systemd, replaces the nodes"],
  ["--interpreter", "nodes run the Node that multi-node runs on; flags of Node go into --node-args"],
  ["--no-daemon", "multi-node runs in the foreground anyway: leave it out"],
  ["--update-env", "each new node has the environment of its master: leave it out"],
  ["--output", NO_FILES],
  ["--error", NO_FILES],
]);

/** What is said of a first word that is none of ours; a program of that name is one to be run. */
export function foreignCommand([word = "", ...rest]: readonly string[], folder: string): CliError | undefined {
  const ecosystem = [word, rest[0] ?? ""].find(
    (each, index) => ECOSYSTEM.test(each) && (index === 0 || word === "start"),
  );
  if (ecosystem !== undefined) {
    return usageError(`${ecosystem} is a file of PM2: multi-node migrate ${ecosystem} prints what it becomes here`);
  }
  if (["", ".js", ".mjs", ".cjs"].some((ending) => existsSync(join(folder, word + ending)))) return undefined;
  if (RUNNERS.includes(word)) return usageError(`${word} is no program for nodes: ${insteadOf(word, rest, folder)}`);
  const instead = COMMANDS.get(word);
  if (instead === undefined) return undefined;
  const words = rest.join(" ").replace(/(^| )(?:-i|--instances)(?= )/, "$1-n");
  const told = instead.replace("%s", words || "server.js").replace("% ", words === "" ? "" : `${words} `);
  return usageError(`there is no command ${word}: ${told}`);
}

/** An unknown flag that another tool has. */
export function withForeignFlag(error: unknown): unknown {
  if (!(error instanceof CommanderError) || error.code !== "commander.unknownOption") return error;
  const [, flag = ""] = error.message.match(/'([^']+)'/) ?? [];
  const instead = FLAGS.get(flag.split("=", 1)[0] ?? flag);
  return instead === undefined ? error : usageError(`there is no ${flag}: ${instead}`);
}

/** `node server.js` for `npm start`, where package.json says so. */
function insteadOf(word: string, rest: readonly string[], folder: string): string {
  const isScript = /^(?:npm|npx|yarn|pnpm|bun)$/.test(word);
  const name = rest.find((other) => other !== "run" && other !== "run-script") ?? "start";
  const line = isScript ? scriptNamed(name, folder) : [word, ...rest].join(" ");
  const [, program] = line?.match(/(?:^|\s)((?:[\w@.-]*\/)*[\w@.-]+\.(?:[cm]?[jt]s|[jt]sx))(?=\s|$)/) ?? [];
  const example = `multi-node ${program ?? "server.js"}`;
  const why = isScript && line !== undefined ? ` (${name} is "${line}")` : "";
  return `name the JavaScript file that it runs: ${example}${why}`;
}

function scriptNamed(name: string, folder: string): string | undefined {
  try {
    const { scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { scripts?: object };
    const line = (scripts as Record<string, unknown> | undefined)?.[name];
    return typeof line === "string" ? line : undefined;
  } catch {
    return undefined;
  }
}
