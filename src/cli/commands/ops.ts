import type { CommandDefinition } from "../command-definition.js";

/** `dynasm ops [MNEMONIC]`: lists the forms of instructions with their encoding. */
export const opsCommand: CommandDefinition = {
  name: "ops",
  define: (program, finish) => {
    program
      .command("ops")
      .description("list the forms of an instruction (or of all) with their encoding")
      .argument("[mnemonic]", "an instruction, such as imul")
      .action(() => finish(0));
  },
};
