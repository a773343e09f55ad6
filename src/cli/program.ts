// All commands and what is said of them together.
import { createRequire } from "node:module";
import { Command } from "commander";
import { addCompletion } from "./commands/completion.js";
import { addConfig } from "./commands/config.js";
import { addHeap } from "./commands/heap.js";
import { addHelp } from "./commands/help.js";
import { addInspect } from "./commands/inspect.js";
import { addList } from "./commands/list.js";
import { addLogs } from "./commands/logs.js";
import { addMigrate } from "./commands/migrate.js";
import { addProfile } from "./commands/profile.js";
import { addReload } from "./commands/reload.js";
import { addRepl } from "./commands/repl.js";
import { addReport } from "./commands/report.js";
import { addRestart } from "./commands/restart.js";
import { addRun } from "./commands/run.js";
import { addScale } from "./commands/scale.js";
import { addStatus } from "./commands/status.js";
import { addStop } from "./commands/stop.js";
import { addTop } from "./commands/top.js";
import { write } from "./output.js";

/** Adds a command. What follows `--` on the command line is not commander's, and only for those that run a program. */
export type AddCommand = (program: Command, programArgs: readonly string[]) => void;

/** In the order of the help. Each file in commands/ has one; it loads what is heavy when its command is carried out. */
const COMMANDS: readonly [group: string, commands: readonly AddCommand[]][] = [
  ["Run a program:", [addRun, addConfig]],
  ["See and steer what runs:", [addList, addStatus, addTop, addLogs, addReload, addScale, addRestart, addStop]],
  ["Look inside a node:", [addRepl, addInspect, addProfile, addHeap, addReport]],
  ["More:", [addMigrate, addCompletion, addHelp]],
];

const EPILOGUE = `
Examples:
  multi-node server.js                        one process for each CPU
  multi-node server.js -n 4 -p 8000 -- --dev  four, with PORT=8000 and an argument of the program's own
  multi-node run server.js --watch            reloads when a file changes
  multi-node config server.js                 what would hold, and where each value comes from

Exit codes:
  0 done                                      3 no such service or node, or another user's
  1 the program or the order failed           4 the service did not answer in time
  2 wrong usage or configuration              128+n ended by signal n

Settings may also come from the environment (MULTI_NODE_NODES=4) and from multi-node.config.json.
Documentation: docs/cli.md of the package`;

export function buildProgram(programArgs: readonly string[]): Command {
  const program = new Command("multi-node")
    .description("Runs a Node.js server on all cores, keeps it up, and reloads it without losing a request.")
    .usage("[run] <script> [options] [-- arguments of the program]\n       multi-node <command> [options]")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .configureOutput({ writeOut: write, outputError: () => {} })
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText("after", EPILOGUE);
  for (const [group, commands] of COMMANDS) {
    program.commandsGroup(group);
    for (const add of commands) add(program, programArgs);
  }
  return program;
}

function version(): string {
  // By the package's own name, as the way to package.json differs between this file and the bundle.
  const { version } = createRequire(import.meta.url)("multi-node/package.json") as { version: string };
  return version;
}
