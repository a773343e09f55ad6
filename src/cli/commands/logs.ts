// `multi-node logs`: what the processes of a service wrote lately, and what they write from now on.
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ControlEvent } from "../../control/commands.js";
import type { LogLine } from "../../log-lines.js";
import { jsonOf, textOf } from "../../log-text.js";
import { nodeOf, targetOf } from "../inside/node-argument.js";
import { printable } from "../../printable.js";
import { paint, print, printJson, writeAll } from "../output.js";
import { addServiceOptions, type ServiceOptions, withService } from "../service-option.js";
import { paintLine } from "../views/line.js";
import { logPrefix, skippedText } from "../views/log-view.js";

interface LogsOptions extends ServiceOptions {
  follow?: true;
  lines: number;
}

const LINES = 100;
const MASTER = "master";

export function addLogs(program: Command): void {
  const lines = new Option("-n, --lines <count>", "how many of the latest lines").default(LINES).argParser(readCount);
  const command = program
    .command("logs")
    .summary("show what the nodes wrote lately; -f goes on with what they write")
    .description("Shows what the processes of a service wrote lately; with -f also what they write, until Ctrl-C.")
    .usage("[service] [node] [options]")
    .argument("[node...]", 'only what this one wrote: node-2, or just 2, or "master"; the service may stand before it')
    .option("-f, --follow", "go on with what is written from now on")
    .addOption(lines)
    .action((words: readonly string[], given: LogsOptions) => {
      const { node: named, options } = targetOf(words, given);
      const { lines, follow = false } = options;
      return withService(options, async (client) => {
        const node = named === undefined ? undefined : await nodeOf(client, named);
        const onEvent = options.json ? showJson : shower();
        await client.request({ command: "logs", lines, follow, ...(node !== undefined && { node }) }, { onEvent });
      });
    });
  addServiceOptions(command);
}

/** What nodes wrote keeps its colours, as where the service itself writes it; what the master says has none. */
function shower(): (event: ControlEvent) => void {
  const tone = paint();
  const shown = (line: LogLine): string => {
    const text = textOf(line);
    return paintLine(logPrefix(line), Number.POSITIVE_INFINITY, tone) + (line.node === MASTER ? printable(text) : text);
  };
  return (event) => {
    if (event.type === "skipped") print([{ text: skippedText(event.lines), tone: "yellow" }]);
    if (event.type === "lines") writeAll(event.lines.map(shown));
  };
}

function showJson(event: ControlEvent): void {
  if (event.type === "skipped") printJson({ skipped: event.lines });
  if (event.type === "lines") writeAll(event.lines.map(jsonOf));
}

function readCount(given: string): number {
  if (/^\d{1,6}$/.test(given)) return Number(given);
  throw new InvalidArgumentError("An integer from 0 to 999999 is taken.");
}
