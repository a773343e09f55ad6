// The configuration file: where it is, and what it says.
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { typescriptAdvice } from "../typescript.js";
import { usageError } from "../cli-error.js";

export interface ConfigurationFile {
  path: string;
  /** Its content, not checked yet. */
  content: unknown;
}

/** In one folder the first of them holds. */
const NAMES: readonly string[] = ["json", "js", "mjs", "cjs", "ts", "mts"].map(
  (ending) => `multi-node.config.${ending}`,
);
const KEY = "multi-node";

/**
 * The file that is named, else the one of this folder or of the first one above it that has one, up to the next folder
 * with a package.json; there the file is stronger than the key in package.json.
 * @throws CliError when it cannot be loaded, or was found where anybody may have put it
 */
export async function findConfiguration(
  named: string | undefined,
  cwd: string,
): Promise<ConfigurationFile | undefined> {
  if (named !== undefined) return await load(resolve(cwd, named));
  for (let folder = cwd; ; folder = dirname(folder)) {
    const name = NAMES.find((candidate) => existsSync(join(folder, candidate)));
    if (name !== undefined) return await load(trusted(join(folder, name), cwd));
    const manifest = join(folder, "package.json");
    if (existsSync(manifest)) {
      const found = fromManifest(manifest);
      return found && { ...found, path: trusted(manifest, cwd) };
    }
    if (folder === dirname(folder)) return undefined;
  }
}

/** What is found says which program runs: not on the word of somebody who could write above this folder, as in /tmp. */
function trusted(path: string, cwd: string): string {
  const owner = statSync(path).uid;
  if ([0, process.getuid?.(), statSync(cwd).uid].includes(owner)) return path;
  throw usageError(
    `${path} belongs to the user with the id ${owner}, who owns neither this process nor the folder that it runs in: ` +
      "if it is meant, name it with --config",
  );
}

async function load(path: string): Promise<ConfigurationFile> {
  if (!existsSync(path)) throw usageError(`there is no configuration file ${path}`);
  if (basename(path) === "package.json") return fromManifest(path) ?? { path, content: {} };
  return { path, content: extname(path) === ".json" ? readJson(path) : await importDefault(path) };
}

function fromManifest(path: string): ConfigurationFile | undefined {
  const manifest = readJson(path) as { [KEY]?: unknown } | null;
  const content = manifest?.[KEY];
  return content === undefined ? undefined : { path, content };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw usageError(`${path} cannot be read: ${(error as Error).message}`);
  }
}

async function importDefault(path: string): Promise<unknown> {
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(path).href)) as { default?: unknown };
  } catch (error) {
    throw usageError(`${path} cannot be loaded: ${whyNotLoaded(path, error)}`);
  }
  if (module.default === undefined) throw usageError(`${path} has no default export: export default { nodes: 4 }`);
  return module.default;
}

function whyNotLoaded(path: string, error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === "ERR_UNKNOWN_FILE_EXTENSION") {
    if (!/^\.[cm]?ts$/.test(extname(path))) return "JSON, JavaScript and TypeScript are taken";
    return typescriptAdvice;
  }
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
