import { Option } from "commander";
import type { CommandDefinition } from "../command-definition.js";

/** Options of `dynasm dump` as commander gives them. */
export interface DumpFlags {
  readonly arch: "x86" | "x64";
  readonly base: string;
  readonly stable?: true;
  readonly hex?: true;
}

/** `dynasm dump FILE.bin`: lists machine code. */
export const dumpCommand: CommandDefinition = {
  name: "dump",
  define: (program, finish) => {
    program
      .command("dump")
      .description("list machine code in Intel syntax (with the package iced-x86) or in hexadecimal")
      .argument("<file>", "file of machine code, or - for standard input")
      .addOption(
        new Option("--arch <ARCH>", "architecture of the code").choices(["x86", "x64"]).default("x64"),
      )
      .option("--base <ADDR>", "address of the first byte, decimal or hexadecimal with 0x", "0")
      .option("--stable", "no addresses: the same text wherever the code stands")
      .option("--hex", "hexadecimal even if iced-x86 is installed")
      .action((file: string, options: DumpFlags) => {
        finish(import("../dump-file.js").then(({ dumpFile }) => dumpFile(file, options)));
      });
  },
};
