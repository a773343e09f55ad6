// PM2's ecosystem file: its apps, as they are written.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { usageError } from "../cli-error.js";

export interface Ecosystem {
  apps: readonly Record<string, unknown>[];
  /** Keys beside the apps. */
  others: readonly string[];
}

/** @throws CliError where it is not there, cannot be read, or has no apps */
export async function readEcosystem(given: string, cwd: string): Promise<Ecosystem> {
  const path = resolve(cwd, given);
  if (!existsSync(path)) throw usageError(`there is no ${path}`);
  const content = await contentOf(path);
  const apps = appsIn(content);
  if (apps.length === 0) throw usageError(`${path} has no apps: { apps: [{ script: "server.js" }] } is taken`);
  const isWhole = typeof content === "object" && content !== null && "apps" in content;
  return { apps, others: isWhole ? Object.keys(content).filter((key) => key !== "apps") : [] };
}

async function contentOf(path: string): Promise<unknown> {
  try {
    if (extname(path) === ".json") return JSON.parse(readFileSync(path, "utf8"));
    if (/^\.ya?ml$/.test(extname(path))) return readYaml(path);
    if (extname(path) === ".cjs") return createRequire(path)(path) as unknown;
    const { default: content } = (await import(pathToFileURL(path).href)) as { default: unknown };
    return content;
  } catch (error) {
    throw usageError(`${path} cannot be read: ${(error as Error).message}`);
  }
}

/** By the package that the project has for it: PM2 itself brings js-yaml. */
function readYaml(path: string): unknown {
  const require = createRequire(path);
  const name = ["yaml", "js-yaml"].find((candidate) => isInstalled(require, candidate));
  if (name === undefined) throw new Error("for YAML, install the package yaml there (npm install yaml), or give JSON");
  const { parse, load } = require(name) as Record<"parse" | "load", ((text: string) => unknown) | undefined>;
  return (parse ?? load)?.(readFileSync(path, "utf8"));
}

function isInstalled(require: NodeJS.Require, name: string): boolean {
  try {
    return require.resolve(name) !== "";
  } catch {
    return false;
  }
}

/** A list, an object with `apps`, or one app by itself. */
function appsIn(content: unknown): Record<string, unknown>[] {
  const { apps = content } = Object(content) as { apps?: unknown };
  const list: unknown[] = Array.isArray(apps) ? apps : [apps];
  return list.filter((app): app is Record<string, unknown> => {
    const { script, exec } = Object(app) as { script?: unknown; exec?: unknown };
    return typeof (script ?? exec) === "string";
  });
}
