// The settings as a table for people, or as JSON.
import { printable } from "../../printable.js";
import { write } from "../output.js";
import { checkRunOptions } from "../../run-options.js";
import { findScript } from "../script.js";
import type { Given } from "./given.js";
import { type CommandLine, resolveSettings, valueOf } from "./resolve.js";
import { runOptionsOf } from "./run-options.js";

/** @throws UsageError MN_ERR_OPTION for values that do not go together, as run() would */
export async function printSettings(line: CommandLine, format: "table" | "json"): Promise<void> {
  const cwd = process.cwd();
  const settled = await resolveSettings(line, { environment: process.env, cwd });
  const script = valueOf(settled, "script") as string | undefined;
  // Without a program any file will do: it is the other values that are looked at.
  const program = script === undefined ? process.execPath : findScript(script, cwd);
  checkRunOptions(runOptionsOf(settled, program), "");
  write(format === "json" ? asJson(settled) : asTable(settled));
}

/** One object, a key for each setting; what has no value of its own is null, and its default is told in words. */
function asJson(settled: readonly Given[]): string {
  const entries = settled.map((given) => {
    const { setting, value = null, origin } = given;
    const isTold = value !== null && typeof value !== "function" && !setting.kind.secret;
    const told = isTold || value === null ? value : shown(given);
    return [setting.name, { value: told, source: origin.source, where: origin.where, default: setting.fallback }];
  });
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}

function asTable(settled: readonly Given[]): string {
  const rows = settled.map((given) =>
    [given.setting.name, shown(given), given.origin.where || "default"].map(printable),
  );
  const all = [["SETTING", "VALUE", "FROM"], ...rows];
  const [first = 0, second = 0] = [0, 1].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map(
    ([name = "", value = "", from = ""]) => `${name.padEnd(first)}  ${value.padEnd(second)}  ${from}`,
  );
  return `${lines.join("\n")}\n`;
}

function shown({ setting, value }: Given): string {
  if (value === undefined) return setting.fallback;
  return setting.kind.show?.(value as never) ?? `${value as string | number | boolean}`;
}
