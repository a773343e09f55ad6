// `multi-node profile`: what the CPU time of a running node goes to.
import type { Command } from "commander";
import { addNodeArgument } from "../inside/node-argument.js";
import { whileShowing } from "../inside/waiting-line.js";
import { type FileOptions, writeFileOf } from "../inside/written-file.js";
import { addServiceOptions } from "../service-option.js";
import { timeOption } from "../time-option.js";
import { milliseconds } from "../views/units.js";

interface ProfileOptions extends FileOptions {
  /** Milliseconds. */
  duration: number;
}

const RANGE = { least: "100ms", most: "5m", fallback: "5s" };

export function addProfile(program: Command): void {
  const command = program
    .command("profile")
    .summary("record what a running node spends its CPU time on")
    .description("Records what a running node spends its CPU time on, while it serves, and writes a .cpuprofile.")
    .addOption(timeOption("--duration", "how long to look", RANGE))
    .option("-o, --output <file>", "where to write it; nothing is overwritten")
    .action((words: readonly string[], { duration, ...options }: ProfileOptions) =>
      writeFileOf(words, options, {
        extension: "cpuprofile",
        hint: "Open it in Chrome's DevTools (Performance, Load profile), VS Code or speedscope.app",
        ask: (client, node, path) =>
          whileShowing(
            (passed) => `${node}: ${milliseconds(Math.min(passed * 1_000, duration))} of ${milliseconds(duration)}`,
            client.request({ command: "profile", node, duration, path }),
          ),
      }),
    );
  addServiceOptions(addNodeArgument(command));
}
