// `multi-node run`: runs a program on all cores.
import type { Command } from "commander";

export function addRun(program: Command): void {
  program
    .command("run", { isDefault: true })
    .argument("[script]", "the program, as node would find it")
    .summary("run a program on all cores (also without the word run)");
}
