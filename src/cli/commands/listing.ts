import type { CommandDefinition } from "../command-definition.js";
import { toCommanderOption } from "../commander-option.js";
import { listingOptions } from "../listing-options.js";

const note = `
Columns: line; offset in the action list; size of the code in bytes, smallest and largest; code bytes in
hexadecimal with holes in braces for what is known at run time; statement. Behind the statements of a put
call: the call, its offset and size. Warnings are chosen with -W as for translate.
Exit status: 0 fine, 1 errors in FILE, 2 wrong usage.
`;

/** `dynasm listing FILE`. Its arguments are parsed by `listing-command.ts`; this is for the help. */
export const listingCommand: CommandDefinition = {
  name: "listing",
  define: (program) => {
    const command = program
      .command("listing")
      .description("show what each statement of a source becomes: action-list offset, size, code bytes")
      .usage("[options] <infile>")
      .argument("<infile>", "source file, or - for standard input")
      .helpOption(false);
    for (const option of listingOptions) {
      const converted = toCommanderOption(option);
      if (converted !== undefined) command.addOption(converted);
    }
    command.addHelpText("after", note);
  },
};
