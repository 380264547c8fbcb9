import { Option } from "commander";
import type { CommandDefinition } from "../command-definition.js";

/** `dynasm ops [MNEMONIC]`: lists the forms of instructions with their encoding. */
export const opsCommand: CommandDefinition = {
  name: "ops",
  define: (program, finish) => {
    program
      .command("ops")
      .description("list the forms of an instruction (or of all) with their encoding")
      .argument("[mnemonic]", "an instruction, such as imul")
      .addOption(new Option("--arch <ARCH>", "only forms of this architecture").choices(["x86", "x64"]))
      .option("--json", "print one JSON array")
      .action((mnemonic: string | undefined, options: { arch?: "x86" | "x64"; json?: true }) => {
        const { arch, json = false } = options;
        finish(import("../list-operations.js").then((module) => module.listOperations(mnemonic, arch, json)));
      });
  },
};
