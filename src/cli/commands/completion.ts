// `multi-node completion bash`: prints what makes a shell complete the command's words.
import { Argument, type Command } from "commander";
import { usageError } from "../cli-error.js";

const SHELLS: readonly string[] = ["bash", "zsh", "fish"];

const EPILOGUE = `
To use it:
  bash  multi-node completion bash > ~/.local/share/bash-completion/completions/multi-node
  zsh   multi-node completion zsh > "\${fpath[1]}/_multi-node"
  fish  multi-node completion fish > ~/.config/fish/completions/multi-node.fish`;

export function addCompletion(program: Command): void {
  const shell = new Argument("<shell>", "the shell");
  shell.argChoices = [...SHELLS];
  program
    .command("completion")
    .summary("print the completion for bash, zsh or fish")
    .description("Prints what makes a shell complete commands, flags and their values.")
    .addArgument(shell)
    .addHelpText("after", EPILOGUE)
    .action(async (name: string) => {
      const [{ completionFor }, { write }] = await Promise.all([
        import("../completion/scripts.js"),
        import("../output.js"),
      ]);
      const completion = completionFor(name, program);
      if (completion === undefined) throw usageError(`completion: ${SHELLS.join(", ")} are known, got ${name}`);
      write(completion);
    });
}
