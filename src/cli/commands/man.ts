import { Argument } from "commander";
import type { CommandDefinition } from "../command-definition.js";

/** `dynasm man [dynasm|luabyteasm]`: prints a manual page. */
export const manCommand: CommandDefinition = {
  name: "man",
  define: (program, finish) => {
    program
      .command("man")
      .description("print the manual page (to read it: dynasm man > dynasm.1; man ./dynasm.1)")
      .addArgument(
        new Argument("[command]", "of which command").choices(["dynasm", "luabyteasm"]).default("dynasm"),
      )
      .action((name: "dynasm" | "luabyteasm") => {
        finish(import("../command-texts.js").then((module) => module.printManualPage(name)));
      });
  },
};
