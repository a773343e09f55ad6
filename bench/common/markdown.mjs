// Tables in markdown.

/** The first column is text, the others are numbers. */
export function table(header, rows) {
  const rule = header.map((_, index) => (index === 0 ? "---" : "---:"));
  return [header, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** "median (least–greatest)" */
export function range({ median, min, max }) {
  return `${shown(median)} (${shown(min)}–${shown(max)})`;
}

/** Three digits that count, or all those before the point. */
export function shown(number) {
  const digits = number >= 100 ? 0 : number >= 10 ? 1 : 2;
  return number.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
