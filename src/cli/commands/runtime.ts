import { Argument } from "commander";
import type { CommandDefinition } from "../command-definition.js";
import { type RuntimeKind, runtimeKinds } from "../runtime-kinds.js";

/** `dynasm runtime c|lua|cmake [DIR]`: hands out the files that translated output needs. */
export const runtimeCommand: CommandDefinition = {
  name: "runtime",
  define: (program, finish) => {
    program
      .command("runtime")
      .description(
        "write the files that translated code and builds need: C headers, Lua modules, a CMake module",
      )
      .addArgument(new Argument("<kind>", "which files").choices([...runtimeKinds]))
      .argument("[DIR]", "folder to write to", ".")
      .option("--path", "only print the folder of this package that has them")
      .option("--if-changed", "leave files alone that would get the same content")
      .action((kind: RuntimeKind, folder: string, options: { path?: true; ifChanged?: true }) => {
        const { path = false, ifChanged = false } = options;
        finish(
          import("../runtime-files.js").then((module) =>
            path ? module.printRuntimePath(kind) : module.writeRuntime(kind, folder, ifChanged),
          ),
        );
      });
  },
};
