import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { isDefaultHeader } from "../../luabyteasm/chunk.js";
import { writeSource } from "../../luabyteasm/write-chunk.js";
import { errorCode, FileError } from "../file-error.js";
import { checkSource } from "./check-source.js";
import type { CommandArguments, CommandSpec, Outcome } from "./command.js";
import { loadChunk } from "./load-chunk.js";
import { type Message, messagesAbout } from "./messages.js";
import { checkOption, messageOptions } from "./options.js";

const standardInterpreter = "lua5.2";

/** Why an interpreter may have refused the chunk. */
const FOREIGN_LAYOUT: Diagnostic = {
  code: "layout",
  severity: "warning",
  message: "byte order or sizes are not those that Lua 5.2 on 64-bit x86 loads",
  hint: "luabyteasm convert --stock FILE -o OUT makes a chunk that it does",
};

/** Exit code of a program that a signal ended, as shells report it. */
function codeOfSignal(signal: NodeJS.Signals): number {
  return 128 + (constants.signals[signal] ?? 0);
}

/** Runs the chunk and waits; the program has this process's standard streams. */
function runInterpreter(interpreter: string, bytes: Uint8Array, operands: readonly string[]): number {
  const folder = mkdtempSync(join(tmpdir(), "luabyteasm-"));
  try {
    const path = join(folder, "chunk.luac");
    writeFileSync(path, bytes);
    const result = spawnSync(interpreter, [path, ...operands], { stdio: "inherit" });
    if (result.error === undefined) {
      return result.status ?? (result.signal === null ? 1 : codeOfSignal(result.signal));
    }
    if (errorCode(result.error) !== "ENOENT") {
      throw new FileError(`cannot run ${interpreter}: ${result.error.message}`);
    }
    throw new FileError(
      `cannot run ${interpreter}: it is not installed; install Lua 5.2 or name an interpreter with --lua`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(args: CommandArguments): Promise<Outcome> {
  const [file = "-", ...operands] = args.files;
  const loaded = await loadChunk(file);
  if (!loaded.ok) return { exitCode: 1, messages: loaded.messages };
  const messages: Message[] = [...loaded.messages];
  const tell = (message: Message) => messages.push(message);
  if (args.options.has("check") && !checkSource(file, loaded.source, tell)) return { exitCode: 1, messages };
  const written = writeSource(loaded.source);
  if (!written.ok)
    return { exitCode: 1, messages: [...messages, ...messagesAbout(file, written.diagnostics)] };
  const interpreter = args.options.get("lua") ?? standardInterpreter;
  const exitCode = runInterpreter(interpreter, written.bytes, operands);
  if (exitCode !== 0 && !isDefaultHeader(loaded.source.header))
    messages.push(...messagesAbout(file, [FOREIGN_LAYOUT]));
  return { exitCode, messages };
}

export const runCommand: CommandSpec = {
  name: "run",
  summary: "run a chunk or assembler text with the installed Lua 5.2",
  operands: "<file> [arguments...]",
  count: [1, Number.POSITIVE_INFINITY],
  passThrough: true,
  options: [
    { long: "lua", value: "program", help: `the interpreter to use instead of ${standardInterpreter}` },
    checkOption,
    ...messageOptions,
  ],
  details: "What follows the file is passed to the program. The exit code is that of the program.",
  run,
};
