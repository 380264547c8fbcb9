import { writeFileAtomically } from "../output-file.js";
import { type CommandArguments, UsageError } from "./command.js";

/** Writes text for people, which is UTF-8, to `--output` or standard output. */
export function writeText(args: CommandArguments, text: string): void {
  writeFileAtomically(args.options.get("output") ?? "-", Buffer.from(text, "utf8"));
}

/** Keeps binary output off terminals. */
export function refuseTerminal(output: string): void {
  if (output !== "-" || !process.stdout.isTTY) return;
  throw new UsageError("a chunk is binary and not written to a terminal: name a file with --output");
}

/** Text on its way to an output, gathered in one buffer. */
export interface TextOutput {
  readonly put: (text: string) => void;
  /** Hands over what has been gathered. */
  readonly flush: () => void;
}

const gatheredBytes = 1 << 16;
/** Most bytes that UTF-8 takes for one unit of a string. */
const bytesPerUnit = 3;

/** Gathers text, which is written as UTF-8 in large pieces. */
export function createTextOutput(write: (piece: Uint8Array) => void): TextOutput {
  const buffer = Buffer.allocUnsafeSlow(gatheredBytes);
  let length = 0;
  const flush = (): void => {
    if (length > 0) write(buffer.subarray(0, length));
    length = 0;
  };
  const put = (text: string): void => {
    const most = text.length * bytesPerUnit;
    if (length + most > buffer.length) flush();
    if (most > buffer.length) write(Buffer.from(text, "utf8"));
    else length += buffer.write(text, length, "utf8");
  };
  return { put, flush };
}
