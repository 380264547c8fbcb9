import type { CommandDefinition } from "../command-definition.js";

/** `dynasm explain CODE [--map FILE] [--actions FILE]`: puts a status of the encoder into words. */
export const explainCommand: CommandDefinition = {
  name: "explain",
  define: (program, finish) => {
    program
      .command("explain")
      .description("explain a status of the encoder, such as 0x15000163")
      .argument("<code>", "the status as the program printed it, hexadecimal with 0x or decimal")
      .option("--map <FILE>", "map written by translate --map: names the source line")
      .option("--json", "print one JSON object")
      // A negative decimal status is no option.
      .allowUnknownOption()
      .action((code: string, options: { map?: string; json?: true }) => {
        finish(
          import("../explain-status.js").then(({ explainStatus }) =>
            explainStatus(code, options.map, options.json ?? false),
          ),
        );
      });
  },
};
