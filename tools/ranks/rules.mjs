// What one file of src/ may not do: a list of `{ line, what, why }`, empty when all is well.

import { posix } from "node:path";
import { blankOut, importsOf, usesOf } from "./scan.mjs";
import { isOpenToPure, isPure, isPureBuiltin, mayUseTimers, roomOf, whyNot } from "./table.mjs";

const MOST_LINES = 250;
const CLOCK = /\b(?:Date\.now|new Date\b(?!\s*\(\s*[^)\s])|performance\.now|process\.(?:hrtime|uptime)\b)/g;
const TIMER = /\b(?:setTimeout|setInterval|setImmediate)\b/g;

/** A file of src/ as the rules see it: its imports, each with the `target` below src/ where it is one of ours. */
export function readModule(path, source, known) {
  const text = blankOut(source);
  const imports = importsOf(text).map((entry) => ({ ...entry, target: targetOf(path, entry.specifier, known) }));
  return { path, source, text, imports };
}

export function findingsIn(module) {
  return [
    ...aboutFile(module),
    ...module.imports.flatMap((entry) => aboutImport(module.path, entry)),
    ...aboutClock(module),
  ];
}

function aboutFile({ path, source }) {
  const found = [];
  const lines = source.split("\n").length - (source.endsWith("\n") ? 1 : 0);
  if (roomOf(path) === undefined) {
    found.push({ line: 1, what: `${path} is in no known room`, why: "give the room a rank in tools/ranks/table.mjs" });
  }
  if (lines > MOST_LINES) {
    found.push({ line: MOST_LINES + 1, what: `${lines} lines`, why: `a file has at most ${MOST_LINES}: split it` });
  }
  return found;
}

/** At most one reason each: the first one mended may well mend the others. */
function aboutImport(from, entry) {
  const why = whyNotNamed(entry) ?? whyNotOurs(from, entry) ?? (isPure(from) ? whyNotPure(from, entry) : undefined);
  if (why === undefined) return [];
  const verb = entry.star ? "export * from" : entry.typeOnly ? "import type" : "import";
  return [{ line: entry.line, what: `${verb} "${entry.specifier}"`, why }];
}

function whyNotNamed({ star }) {
  return star ? "the door lists its names by hand, and rooms have no barrel files" : undefined;
}

function whyNotOurs(from, { specifier, target }) {
  if (/^(?:#src\/|multi-node$|multi-node\/)/.test(specifier)) return "inside src/ an import is relative";
  if (!specifier.startsWith(".")) return undefined;
  if (target === undefined) return "there is no such file in src/ (imports end in .js)";
  return whyNot(from, target);
}

function whyNotPure(from, { specifier, typeOnly, target }) {
  if (specifier.startsWith("node:") && !isPureBuiltin(specifier, typeOnly)) {
    return `${from} is pure: it imports no I/O module`;
  }
  if (target !== undefined && !typeOnly && !isOpenToPure(target)) {
    return `${from} is pure and ${target} is not: import its types only`;
  }
  return undefined;
}

function aboutClock({ path, text }) {
  if (!isPure(path)) return [];
  const uses = [...usesOf(CLOCK, text), ...(mayUseTimers(path) ? [] : usesOf(TIMER, text))];
  return uses.map((use) => ({ line: use.line, what: use.text, why: `${path} is pure: take the time as an argument` }));
}

function targetOf(from, specifier, known) {
  if (!specifier.startsWith(".")) return undefined;
  const path = posix.join(posix.dirname(from), specifier).replace(/\.js$/, ".ts");
  return specifier.endsWith(".js") && known.has(path) ? path : undefined;
}
