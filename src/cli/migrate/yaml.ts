// Pure: as much of YAML as ecosystem files have: maps and lists by indentation, plain and quoted values, lists in brackets.

interface Row {
  indent: number;
  text: string;
  number: number;
}

/** @throws Error for what is beyond that, with the number of the line */
export function readYaml(source: string): unknown {
  const rows = source.split(/\r?\n/).flatMap((line, index): Row[] => {
    const text = withoutComment(line).trimEnd();
    if (text.trim() === "" || text === "---") return [];
    return [{ indent: text.length - text.trimStart().length, text: text.trim(), number: index + 1 }];
  });
  return readBlock(rows);
}

function withoutComment(line: string): string {
  return /^(?:[^"'#]|"[^"]*"|'[^']*'|(?<=\S)#)*/.exec(line)?.[0] ?? line;
}

/** All rows that are at least as far to the right as the first one. */
function readBlock(rows: Row[]): unknown {
  const [first] = rows;
  if (first === undefined) return null;
  if (first.text.startsWith("- ") || first.text === "-") return readList(rows, first.indent);
  return readMap(rows, first.indent);
}

function readList(rows: Row[], indent: number): unknown[] {
  const items: unknown[] = [];
  while (rows[0]?.indent === indent && /^-(?: |$)/.test(rows[0].text)) {
    const row = rows.shift() as Row;
    const rest = row.text.slice(1).trimStart();
    const inner = indent + row.text.length - rest.length;
    if (rest === "") items.push(readBlock(below(rows, indent)));
    else if (isPair(rest)) items.push(readMap([{ ...row, indent: inner, text: rest }, ...below(rows, indent)], inner));
    else items.push(valueOf(rest, row));
  }
  return items;
}

function readMap(rows: Row[], indent: number): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  while (rows.length > 0) {
    const row = rows.shift() as Row;
    const [, key = "", rest = ""] = /^("[^"]*"|'[^']*'|[^:\s][^:]*?)\s*:(?:\s+(.*))?$/.exec(row.text) ?? [];
    if (row.indent !== indent || key === "")
      throw new Error(`line ${row.number} of the YAML is not understood; write it as JSON`);
    const within = rest === "" ? below(rows, indent, row) : [];
    map[unquoted(key)] = rest === "" ? readBlock(within) : valueOf(rest, row);
  }
  return map;
}

/** The rows that are further to the right; of a key also a list that begins right below it. */
function below(rows: Row[], indent: number, key?: Row): Row[] {
  const isWithin = ({ indent: own, text }: Row): boolean =>
    own > indent || (key !== undefined && own === indent && /^-(?: |$)/.test(text));
  const end = rows.findIndex((row) => !isWithin(row));
  return rows.splice(0, end === -1 ? rows.length : end);
}

function isPair(text: string): boolean {
  return /^(?:"[^"]*"|'[^']*'|[^:\s"'[{][^:]*?)\s*:(?:\s|$)/.test(text);
}

function valueOf(text: string, { number }: Row): unknown {
  if (/^[&*!|>{]/.test(text)) throw new Error(`line ${number} of the YAML is not understood; write it as JSON`);
  if (text.startsWith("["))
    return text
      .slice(1, -1)
      .split(",")
      .map((item) => scalar(item.trim()))
      .filter((item) => item !== "");
  return scalar(text);
}

function scalar(text: string): unknown {
  if (/^(?:true|yes|on)$/i.test(text)) return true;
  if (/^(?:false|no|off)$/i.test(text)) return false;
  if (/^(?:null|~)$/i.test(text)) return null;
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : unquoted(text);
}

function unquoted(text: string): string {
  return /^(?:"[^"]*"|'[^']*')$/.test(text) ? text.slice(1, -1) : text;
}
