import type { Command } from "commander";

/** A subcommand. To add one, write its file and list it in `program.ts`. */
export interface CommandDefinition {
  readonly name: string;
  /**
   * Describes the command's arguments and options to commander, with the action that runs it. The
   * action may throw a FileError or UsageError, also by a rejected promise.
   */
  readonly define: (program: Command, finish: (exitCode: number | Promise<number>) => void) => void;
}
