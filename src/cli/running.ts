// What `multi-node run` does: from the settings to a service that says when it serves and why it ends.
import { existsSync } from "node:fs";
import type { Nodes } from "../index.js";
import { printableJson, printableLines } from "../printable.js";
import { announce } from "./announce.js";
import { usageError } from "./cli-error.js";
import { failureOf } from "./failure.js";
import { findScript } from "./script.js";
import type { Given } from "./settings/given.js";
import { type CommandLine, resolveSettings, valueOf } from "./settings/resolve.js";
import { isUnreadTypeScript, typescriptAdvice } from "./typescript.js";
import { runOptionsOf } from "./settings/run-options.js";

type Say = (text: string) => void;

/**
 * Resolves when the service has been started; the process lives as long as it does.
 * @param commands the names of all commands, one of which may have been meant
 */
export async function carryOut(line: CommandLine, commands: readonly string[]): Promise<void> {
  const cwd = process.cwd();
  const settled = await resolveSettings(line, { environment: process.env, cwd });
  const script = findScript(namedScript(settled), cwd, commands);
  const watched = watchedPaths(settled);
  const port = valueOf(settled, "port") as number | undefined;
  if (port !== undefined) process.env["PORT"] = String(port);
  const { run } = await import("../index.js");
  const nodes = run(runOptionsOf(settled, script));
  const say = valueOf(settled, "log") === "json" ? sayAsJson : sayPlainly;
  tellErrors(nodes, say, script);
  announce(nodes, say);
  if (watched !== undefined) await reloadOnChange(nodes, say, script, watched);
}

function namedScript(settled: readonly Given[]): string {
  const script = valueOf(settled, "script");
  if (script !== undefined) return script as string;
  throw usageError(
    'which program is to be run? Name it (multi-node server.js), or give "script" in a configuration file; ' +
      "multi-node --help tells more",
  );
}

/** An error of a service that serves is told and borne; one that keeps it from serving is why the command fails. */
function tellErrors(nodes: Nodes, say: Say, script: string): void {
  let state: "starting" | "serving" = "starting";
  nodes.once("listening", () => {
    state = "serving";
  });
  nodes.on("error", (error) => {
    const { text, exitCode } = failureOf(error);
    say((text ?? error.message) + hintFor(script, error));
    if (state === "starting") process.exitCode = exitCode;
  });
}

/** Without a loader Node reads TypeScript as JavaScript, or not at all. */
function hintFor(script: string, { message }: Error): string {
  const isUnread = isUnreadTypeScript(script) && /SyntaxError|ERR_UNKNOWN_FILE_EXTENSION/.test(message);
  return isUnread ? `; ${typescriptAdvice}` : "";
}

/** What is watched for changes: `undefined` for nothing, "program" for the folder that it is in. */
function watchedPaths(settled: readonly Given[]): readonly string[] | "program" | undefined {
  const paths = valueOf(settled, "watchPath") as readonly string[] | undefined;
  const asked = valueOf(settled, "watch") ?? paths !== undefined;
  if (asked !== true) return undefined;
  const missing = paths?.find((path) => !existsSync(path));
  if (missing !== undefined) throw usageError(`there is no ${missing} that could be watched`);
  return paths ?? "program";
}

/** Where the system gives no watches, the service goes on without. */
async function reloadOnChange(
  nodes: Nodes,
  say: Say,
  script: string,
  watched: readonly string[] | "program",
): Promise<void> {
  const { watchProgram } = await import("./watch.js");
  const paths = watched === "program" ? undefined : watched;
  try {
    nodes.once("close", watchProgram({ script, paths, reload: () => nodes.reload(), say }));
  } catch (error) {
    say(`changes cannot be watched: ${(error as Error).message}`);
  }
}

function sayPlainly(text: string): void {
  process.stderr.write(`multi-node: ${printableLines(text)}\n`);
}

/** As the master's other lines are, so that all of the output can be read by a program. */
function sayAsJson(text: string): void {
  const line = { time: new Date().toISOString(), node: "master", pid: process.pid, stream: "stderr", text };
  process.stderr.write(`${printableJson(line)}\n`);
}
