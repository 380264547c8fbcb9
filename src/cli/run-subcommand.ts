import type { CliIo } from "./io.js";
import { reportFailure } from "./translate-command.js";
import type { TranslateRequest } from "./translate-request.js";

/** A subcommand that takes the options of translate: its name, how its arguments are read, and what it does. */
interface Subcommand<Request extends TranslateRequest> {
  readonly name: string;
  readonly parse: (argv: readonly string[]) => Request;
  readonly run: (request: Request, io: CliIo) => Promise<number>;
}

/** Runs a subcommand, or prints its help when the arguments ask for that, and gives the exit code. */
export async function runSubcommand<Request extends TranslateRequest>(
  { name, parse, run }: Subcommand<Request>,
  argv: readonly string[],
  io: CliIo,
): Promise<number> {
  try {
    const request = parse(argv);
    if (request.action.kind === "translate") return await run(request, io);
    const { runCommand } = await import("./commands.js");
    return await runCommand(["help", name]);
  } catch (error) {
    return reportFailure(error, argv, io, name);
  }
}
