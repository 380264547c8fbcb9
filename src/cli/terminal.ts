import { writeSync } from "node:fs";
import { type Palette, plainPalette } from "../diagnostics/palette.js";
import { errorCode } from "./file-error.js";

const standardOutput = 1;
const standardError = 2;

export type ColorChoice = "auto" | "always" | "never";

/** The environment variables that decide about colours. */
export interface ColorEnvironment {
  readonly FORCE_COLOR?: string | undefined;
  readonly NO_COLOR?: string | undefined;
  readonly TERM?: string | undefined;
}

/** Waits a moment for a non-blocking pipe; Node has no other synchronous sleep. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}

/** Writes everything. A reader that has gone away is no error: it has seen what it wanted. */
function writeDescriptor(descriptor: number, content: Uint8Array): void {
  for (let offset = 0; offset < content.length; ) {
    try {
      offset += writeSync(descriptor, content, offset, content.length - offset);
    } catch (error) {
      const code = errorCode(error);
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
      pause();
    }
  }
}

/** Writes bytes, or a string as latin-1, to standard output at once. */
export function writeStandardOutput(content: Uint8Array | string): void {
  writeDescriptor(standardOutput, typeof content === "string" ? Buffer.from(content, "latin1") : content);
}

/** Writes bytes, or a string as latin-1, to standard error at once. Failures are ignored: there is nowhere to report them. */
export function writeStandardError(content: Uint8Array | string): void {
  try {
    writeDescriptor(standardError, typeof content === "string" ? Buffer.from(content, "latin1") : content);
  } catch {
    // Standard error is closed or its disk is full.
  }
}

/**
 * Whether to colour text for standard error: what the user says on the command line wins, then
 * FORCE_COLOR (0 and false switch off), then NO_COLOR (any text), then whether it is a terminal.
 */
export function wantsColor(choice: ColorChoice, env: ColorEnvironment, isTerminal: boolean): boolean {
  if (choice !== "auto") return choice === "always";
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if (env.NO_COLOR) return false;
  return isTerminal && env.TERM !== "dumb";
}

/** {@link wantsColor} for this process. */
export function wantsColorHere(choice: ColorChoice): boolean {
  return wantsColor(choice, process.env, process.stderr.isTTY === true);
}

/** The palette for rendered diagnostics; the colour library is loaded only when colours are wanted. */
export async function loadPalette(color: boolean): Promise<Palette> {
  if (!color) return plainPalette;
  const { Chalk } = await import("chalk");
  const chalk = new Chalk({ level: 1 });
  return {
    error: chalk.red.bold,
    warning: chalk.magenta.bold,
    note: chalk.cyan.bold,
    hint: chalk.cyan,
    caret: chalk.green.bold,
    bold: chalk.bold,
  };
}
