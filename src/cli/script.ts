// The program's file, as `node` finds it, by the name that it was given: a symbolic link may lead elsewhere tomorrow.
import { accessSync, closeSync, constants, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { nearest } from "../nearest.js";
import { type CliError, usageError } from "./cli-error.js";

const HEAD_BYTES = 256;
const ELF: Buffer = Buffer.from("\x7fELF", "latin1");
/** Of a first line such as `#!/bin/sh` or `#!/usr/bin/env python3`. */
const OTHER_INTERPRETER = /^#!.*?[/ ]((?:ba|da|z|k)?sh|fish|python[\d.]*|perl|ruby|php)(?:\s|$)/;
const ENDINGS: readonly string[] = ["", ".js", ".json", ".node"];

/**
 * @param commands what may have been meant where there is no such file
 * @throws CliError where there is no such program, or it cannot be read
 */
export function findScript(given: string, cwd: string, commands: readonly string[] = []): string {
  const path = resolve(cwd, given);
  const file = fileAt(path) ?? programIn(path);
  if (file === undefined) throw whyNone(given, path, commands);
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw usageError(`there is no permission to read the program ${file}`);
  }
  const other = otherLanguage(file);
  if (other === undefined) return file;
  throw usageError(`${file} is ${other}: name the JavaScript file that it runs, as in multi-node server.js`);
}

/** What Node cannot run, by its first bytes: a script of a shell, such as pnpm puts into node_modules/.bin, or a binary. */
function otherLanguage(file: string): string | undefined {
  const head = Buffer.alloc(HEAD_BYTES);
  const descriptor = openSync(file, "r");
  const length = readSync(descriptor, head);
  closeSync(descriptor);
  if (head.subarray(0, 4).equals(ELF)) return "a binary";
  const [first = ""] = head.toString("latin1", 0, length).split("\n");
  const [, interpreter] = first.match(OTHER_INTERPRETER) ?? [];
  if (interpreter !== undefined) return `a script for ${interpreter}`;
  return /\.(?:ba|z)?sh$/.test(file) ? "a script for a shell" : undefined;
}

function fileAt(path: string): string | undefined {
  return ENDINGS.map((ending) => path + ending).find((candidate) => kindOf(candidate) === "file");
}

/** The main file of a folder's package, or its index. */
function programIn(folder: string): string | undefined {
  if (kindOf(folder) !== "folder") return undefined;
  const main = mainOf(folder);
  const named = main === undefined ? undefined : (fileAt(main) ?? fileAt(join(main, "index")));
  return named ?? fileAt(join(folder, "index"));
}

function mainOf(folder: string): string | undefined {
  try {
    const { main } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { main?: unknown };
    return typeof main === "string" && main !== "" ? join(folder, main) : undefined;
  } catch {
    return undefined;
  }
}

function kindOf(path: string): "file" | "folder" | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats === undefined ? undefined : stats.isDirectory() ? "folder" : "file";
  } catch (error) {
    throw usageError(`the program cannot be looked for: ${(error as Error).message}`);
  }
}

function whyNone(given: string, path: string, commands: readonly string[]): CliError {
  if (kindOf(path) === "folder") {
    return usageError(
      `${path} is a folder without a program: it has neither a package.json with a "main" that is there, nor an index.js`,
    );
  }
  const folder = dirname(path);
  if (kindOf(folder) !== "folder") return usageError(`there is no program ${path}: there is no folder ${folder}`);
  const name = basename(path);
  const meant = name.length < 3 ? undefined : (nearest(given, commands) ?? nearest(name, readdirSync(folder)));
  const advice = meant === undefined ? "" : `; did you mean ${meant}?`;
  return usageError(`there is no program ${name} in ${folder}${advice}`);
}
