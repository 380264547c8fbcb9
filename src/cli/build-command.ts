// bundle entry
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { toByteText } from "./byte-text.js";
import { FileError } from "./file-error.js";
import { type CliIo, createNodeIo } from "./io.js";
import {
  describeEnd,
  exitCodeOf,
  neededArchitecture,
  runDriver,
  withScratchFolder,
  writeProgram,
} from "./luajit.js";
import { prepareProgram } from "./prepare-program.js";
import { type BuildRequest, parseBuildArguments } from "./run-options.js";
import { runSubcommand } from "./run-subcommand.js";
import { exitCodes } from "./translate-command.js";

/** What the driver has kept of a build call. */
interface BuiltCode {
  readonly code: Buffer;
  readonly labels: Readonly<Record<string, number>>;
  readonly pcLabels: Readonly<Record<string, number>>;
  /** Number of build calls that the program made. */
  readonly count: number;
}

function readText(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), "latin1");
  } catch {
    return "";
  }
}

/** Explains that the program did not get as far as the build call that is wanted. */
function missingBuild(request: BuildRequest, count: number, resultType: string): FileError {
  const [file = ""] = request.files;
  if (count > 0) return new FileError(`${file} makes only ${count} build call(s), not ${request.number}`);
  const reason =
    resultType === "function" || resultType === "table"
      ? `no build call, and the ${resultType} that it returned has no generator that emits code`
      : "it never called build (or encode) of a dasm state";
  return new FileError(`${file} built no code: ${reason}`);
}

/** Labels of a kind in the order of their offsets. */
function readLabels(text: string, kind: string): Readonly<Record<string, number>> {
  const labels: [string, number][] = [];
  for (const line of text.split("\n")) {
    const [lineKind, name = "", offset = ""] = line.split(" ");
    if (lineKind === kind) labels.push([name, Number(offset)]);
  }
  return Object.fromEntries(labels.sort(([, a], [, b]) => a - b));
}

function readBuiltCode(request: BuildRequest, folder: string): BuiltCode {
  const problem = readText(folder, "problem");
  if (problem !== "") throw new FileError(`${request.files[0] ?? ""}: ${problem}`);
  const count = Number(readText(folder, "count"));
  if (count < request.number) throw missingBuild(request, count, readText(folder, "result"));
  const externs = readText(folder, "externs");
  if (externs !== "") {
    const names = externs.replaceAll("\n", ", ");
    throw new FileError(
      `the code refers to extern symbols, whose addresses differ from run to run: ${names}; give them with --extern NAME=ADDRESS`,
    );
  }
  const text = readText(folder, "labels");
  const code = readFileSync(join(folder, "code.bin"));
  return { code, count, labels: readLabels(text, "global"), pcLabels: readLabels(text, "pc") };
}

function writeBuiltCode(request: BuildRequest, built: BuiltCode, io: CliIo): void {
  const { output, map, base, ifChanged } = request;
  const [file = ""] = request.files;
  if (map !== undefined) {
    const { labels, pcLabels, code } = built;
    const address = base <= Number.MAX_SAFE_INTEGER ? Number(base) : `0x${base.toString(16)}`;
    const content = {
      version: 1,
      file: toByteText(file),
      base: address,
      size: code.length,
      labels,
      pcLabels,
    };
    io.writeFile(map, Buffer.from(`${JSON.stringify(content, undefined, 2)}\n`, "latin1"), { ifChanged });
  }
  io.writeFile(output, built.code, { ifChanged });
}

function driverArguments(request: BuildRequest, folder: string, io: CliIo): readonly string[] {
  const externs = [...request.externs].map(([name, address]) => `${name}=${address}`).join(",");
  const needed = neededArchitecture(request, io.target.arch);
  const { base, number, calls, programArguments, files } = request;
  return [
    folder,
    files[0] ?? "",
    needed,
    String(base),
    String(number),
    externs,
    calls.join(","),
    ...programArguments,
  ];
}

async function runRequest(request: BuildRequest, io: CliIo): Promise<number> {
  const [file = ""] = request.files;
  const program = await prepareProgram(request, io);
  if (program === undefined) return exitCodes.badInput;
  return withScratchFolder(async (folder) => {
    writeProgram(folder, program);
    const toOutput = request.output === "-" || request.map === "-";
    const end = await runDriver(
      request,
      "build.lua",
      driverArguments(request, folder, io),
      toOutput ? 2 : "inherit",
    );
    io.stderr(Buffer.from(describeEnd(end, file, folder), "utf8"));
    if (end.kind === "signal") return exitCodeOf(end);
    if (end.code !== 0) throw new FileError(`${file} ended with exit code ${end.code}; no code is written`);
    const built = readBuiltCode(request, folder);
    writeBuiltCode(request, built, io);
    if (built.count > 1) {
      const which = `dynasm: note: ${file} makes ${built.count} build calls; this is number ${request.number}`;
      io.stderr(Buffer.from(`${which} (choose with --number)\n`, "utf8"));
    }
    return exitCodes.fine;
  });
}

/** Runs `dynasm build` with its arguments: writes the machine code that a Lua-mode file builds. */
export function runBuild(argv: readonly string[], io: CliIo = createNodeIo()): Promise<number> {
  return runSubcommand({ name: "build", parse: parseBuildArguments, run: runRequest }, argv, io);
}
