// PM2's ecosystem file: its apps, as they are written.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { usageError } from "../cli-error.js";
import { readYaml } from "./yaml.js";

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
    if (/^\.ya?ml$/.test(extname(path))) return readYaml(readFileSync(path, "utf8"));
    if (extname(path) === ".cjs") return createRequire(path)(path) as unknown;
    const { default: content } = (await import(pathToFileURL(path).href)) as { default: unknown };
    return content;
  } catch (error) {
    throw usageError(`${path} cannot be read: ${(error as Error).message}`);
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
