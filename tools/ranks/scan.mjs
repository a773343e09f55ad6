// Reads TypeScript well enough to find its imports and the names it uses, without a compiler.

const REGEX_MAY_FOLLOW =
  /(?:^|[(,=:[!&|?{};+\-*%<>~^]|=>|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|await|yield))\s*$/;

/**
 * The source with comments blanked out (`code`), and with the contents of strings blanked out too (`bare`).
 * Both keep every line break, so that a place in them is a place in the file.
 */
export function blankOut(source) {
  let code = "";
  let bare = "";
  const templates = [];
  let at = 0;
  while (at < source.length) {
    const piece = nextPiece(source, at, bare, templates);
    const text = source.slice(at, piece.end);
    code += piece.kind === "comment" ? blank(text) : text;
    bare += piece.kind === "code" ? text : blank(text);
    at = piece.end;
  }
  return { code, bare };
}

/**
 * Every import and re-export: `{ specifier, line, typeOnly, star }`. Dynamic imports and `require` of a plain string
 * count too; `star` tells `export * from`, but not `export * as name from`.
 */
export function importsOf({ code, bare }) {
  const found = [];
  // A word inside a string is blank in `bare`, so a match whose keyword is blank there was text, not code.
  for (const match of code.matchAll(STATIC)) add(match, match.groups.clause ?? "", match.groups.keyword);
  for (const match of code.matchAll(DYNAMIC)) add(match, "", "import");
  return found.sort((a, b) => a.line - b.line);

  function add(match, clause, keyword) {
    if (/\s/.test(bare[match.index])) return;
    const star = keyword === "export" && /^\s*(?:type\s+)?\*\s*$/.test(clause);
    found.push({
      specifier: match.groups.specifier,
      line: lineAt(code, match.index),
      typeOnly: isTypeOnly(clause),
      star,
    });
  }
}

/** Where `pattern` (with the flag g) is used as code: `{ text, line }` each. */
export function usesOf(pattern, { bare }) {
  return [...bare.matchAll(pattern)].map((match) => ({ text: match[0], line: lineAt(bare, match.index) }));
}

const STATIC =
  /(?<![\w.$])(?<keyword>import|export)\b(?:(?<clause>[\w\s{},*$]+?)from\b)?\s*(?<quote>["'])(?<specifier>[^"'\n]+)\k<quote>/g;
const DYNAMIC = /(?<![\w.$])(?:import|require)\s*\(\s*(?<quote>["'`])(?<specifier>[^"'`\n]+)\k<quote>/g;

function isTypeOnly(clause) {
  if (/^\s*type\b(?!\s*from)/.test(clause)) return true;
  const names = clause
    .match(/^\s*\{([^}]*)\}\s*$/)?.[1]
    .split(",")
    .filter((name) => name.trim() !== "");
  return names !== undefined && names.length > 0 && names.every((name) => /^\s*type\s+\w/.test(name));
}

function lineAt(text, index) {
  return text.slice(0, index).split("\n").length;
}

function blank(text) {
  return text.replace(/[^\n]/g, " ");
}

/** `templates` holds, for each template literal that is open, how many braces are open in its current `${ }`. */
function nextPiece(source, at, before, templates) {
  const two = source.slice(at, at + 2);
  const one = source[at];
  if (two === "//") return { kind: "comment", end: endOr(source.indexOf("\n", at), source) };
  if (two === "/*") return { kind: "comment", end: endOr(source.indexOf("*/", at + 2), source, 2) };
  if (one === '"' || one === "'") return { kind: "string", end: endOfQuoted(source, at) };
  if (one === "/" && REGEX_MAY_FOLLOW.test(before.slice(-40))) return { kind: "string", end: endOfRegex(source, at) };
  if (one === "`") return template(source, at + 1, templates);
  if (one === "{" && templates.length > 0) templates.push(templates.pop() + 1);
  if (one === "}" && templates.length > 0) return closeBrace(source, at, templates);
  return { kind: "code", end: at + 1 };
}

function closeBrace(source, at, templates) {
  const depth = templates.pop();
  if (depth === 0) return template(source, at + 1, templates);
  templates.push(depth - 1);
  return { kind: "code", end: at + 1 };
}

function template(source, from, templates) {
  for (let at = from; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === "`") return { kind: "string", end: at + 1 };
    else if (source[at] === "$" && source[at + 1] === "{") {
      templates.push(0);
      return { kind: "string", end: at + 2 };
    }
  }
  return { kind: "string", end: source.length };
}

function endOfQuoted(source, at) {
  for (let next = at + 1; next < source.length; next++) {
    if (source[next] === "\\") next++;
    else if (source[next] === source[at] || source[next] === "\n") return next + 1;
  }
  return source.length;
}

function endOfRegex(source, at) {
  let inClass = false;
  for (let next = at + 1; next < source.length && source[next] !== "\n"; next++) {
    if (source[next] === "\\") next++;
    else if (source[next] === "[") inClass = true;
    else if (source[next] === "]") inClass = false;
    else if (source[next] === "/" && !inClass) return next + 1;
  }
  return at + 1;
}

function endOr(index, source, extra = 0) {
  return index === -1 ? source.length : index + extra;
}
