// docs/cli.md has every setting, every command and every exit code, as the tables have them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { exitCodes } from "#src/cli/exit-codes.js";
import { buildProgram } from "#src/cli/program.js";
import { readFileSettings } from "#src/cli/settings/given.js";
import { flagOf, isGivenBy, type Setting, variableOf } from "#src/cli/settings/setting.js";
import { settings } from "#src/cli/settings/table.js";

const lines = readFileSync(new URL("../../../../docs/cli.md", import.meta.url), "utf8").split("\n");

/** A setting's line in the document. */
function rowOf(setting: Setting): string {
  const { name, kind, help, fallback, short, variables = [], usuallyOn } = setting;
  const long = usuallyOn ? flagOf(setting).replace("--", "--no-") : flagOf(setting);
  const value = kind.placeholder === undefined ? "" : ` <${kind.placeholder}>`;
  const flag = `\`${short === undefined ? "" : `-${short}, `}${long}${value}\``;
  const names = [variableOf(setting), ...variables].map((variable) => `\`${variable}\``).join(", ");
  const cells = [
    isGivenBy(setting, "flag") ? flag : "",
    isGivenBy(setting, "environment") ? names : "",
    isGivenBy(setting, "file") ? `\`${name}\`` : "",
    help,
    fallback,
  ];
  return `| ${cells.join(" | ")} |`;
}

test("the table of settings is the one in the code", () => {
  const start = lines.findIndex((line) => line.startsWith("| flag |")) + 2;
  const rows = lines.slice(start, lines.indexOf("", start));
  assert.deepEqual(rows, settings.map(rowOf));
});

for (const command of buildProgram([]).commands) {
  test(`${command.name()} has a section`, () => assert.ok(lines.includes(`## ${command.name()}`)));
}

test("every exit code has a line", () => {
  for (const code of Object.values(exitCodes)) assert.ok(lines.some((line) => line.startsWith(`| ${code} |`)));
});

test("the example of a configuration file is taken", async () => {
  const start = lines.indexOf("// multi-node.config.js");
  const code = lines.slice(start, lines.indexOf("```", start)).join("\n");
  const { default: content } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    default: object;
  };
  const given = readFileSettings(content, "multi-node.config.js", "/srv");
  assert.deepEqual(
    given.map(({ setting }) => setting.name),
    ["script", "args", "nodes", "maxMemory", "restart.intensity", "restart.period", "balance", "stickyKey"],
  );
});
