// `multi-node profile`: what the CPU time of a running node goes to.
import { type Command, InvalidArgumentError, Option } from "commander";
import { addNodeArgument } from "../inside/node-argument.js";
import { whileShowing } from "../inside/waiting-line.js";
import { type FileOptions, writeFileOf } from "../inside/written-file.js";
import { addServiceOptions } from "../service-option.js";

interface ProfileOptions extends FileOptions {
  seconds: number;
}

const SECONDS = 5;
const LEAST_SECONDS = 0.1;
const MOST_SECONDS = 300;

export function addProfile(program: Command): void {
  const seconds = new Option("--seconds <seconds>", "how long to look").default(SECONDS).argParser(readSeconds);
  const command = program
    .command("profile")
    .summary("record what a running node spends its CPU time on")
    .description("Records what a running node spends its CPU time on, while it serves, and writes a .cpuprofile.")
    .addOption(seconds)
    .option("-o, --output <file>", "where to write it; nothing is overwritten")
    .action((words: readonly string[], { seconds, ...options }: ProfileOptions) =>
      writeFileOf(words, options, {
        extension: "cpuprofile",
        hint: "Open it in Chrome's DevTools (Performance, Load profile), VS Code or speedscope.app",
        ask: (client, node, path) =>
          whileShowing(
            (passed) => `${node}: ${Math.min(passed, seconds)} of ${seconds} s`,
            client.request({ command: "profile", node, seconds, path }),
          ),
      }),
    );
  addServiceOptions(addNodeArgument(command));
}

function readSeconds(given: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
  if (seconds >= LEAST_SECONDS && seconds <= MOST_SECONDS) return seconds;
  throw new InvalidArgumentError(`Seconds from ${LEAST_SECONDS} to ${MOST_SECONDS} are taken.`);
}
