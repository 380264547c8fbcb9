import { Argument } from "commander";
import type { CommandDefinition } from "../command-definition.js";
import { type Shell, shells } from "../completion/shells.js";

/** `dynasm completion bash|zsh|fish`: prints the script that completes dynasm and luabyteasm. */
export const completionCommand: CommandDefinition = {
  name: "completion",
  define: (program, finish) => {
    program
      .command("completion")
      .description("print a completion script for a shell, for both dynasm and luabyteasm")
      .addArgument(new Argument("<shell>", "the shell").choices([...shells]))
      .addHelpText(
        "after",
        `
To install:
  bash:  dynasm completion bash > ~/.local/share/bash-completion/completions/dynasm
         (or in ~/.bashrc: eval "$(dynasm completion bash)")
  zsh:   dynasm completion zsh > _dynasm, in a folder of $fpath
  fish:  dynasm completion fish > ~/.config/fish/completions/dynasm.fish
`,
      )
      .action((shell: Shell) => {
        finish(import("../command-texts.js").then((module) => module.printCompletion(shell)));
      });
  },
};
