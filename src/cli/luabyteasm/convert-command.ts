import { type ChunkHeader, DEFAULT_HEADER } from "../../luabyteasm/chunk.js";
import { type ConvertTarget, convertSource } from "../../luabyteasm/convert.js";
import { stripSource } from "../../luabyteasm/strip.js";
import { writeSource } from "../../luabyteasm/write-chunk.js";
import { writeFileAtomically } from "../output-file.js";
import { andThen } from "./and-then.js";
import { type CommandArguments, type CommandSpec, type Outcome, UsageError } from "./command.js";
import { chooseOutput, type FileOutcome, writeEachFile } from "./each-file.js";
import { type LoadedChunk, loadChunk } from "./load-chunk.js";
import { messagesAbout } from "./messages.js";
import { folderOption, messageOptions, outputOption } from "./options.js";
import { createOutputFolder, refuseTerminal } from "./write-result.js";

/** The value of an option as one of the sizes it may have; the parser has let no other through. */
function readSize<Size extends number>(
  { options }: CommandArguments,
  name: string,
  sizes: readonly Size[],
): Size | undefined {
  return sizes.find((size) => options.get(name) === String(size));
}

function readFormat(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 255) return value;
  throw new UsageError(`--format takes a number from 0 to 255, not ${text}`);
}

/** The layout the options ask for; what they do not mention stays. */
function readTarget(args: CommandArguments): ConvertTarget {
  const { options } = args;
  const target: { -readonly [Key in keyof ChunkHeader]?: ChunkHeader[Key] | undefined } = {
    intSize: readSize(args, "int", [2, 4, 8]),
    sizeTSize: readSize(args, "size-t", [2, 4, 8]),
    instructionSize: readSize(args, "instruction", [4, 8]),
    numberSize: readSize(args, "number", [4, 8]),
  };
  if (options.has("endian")) target.littleEndian = options.get("endian") === "little";
  if (options.has("integral")) target.integral = options.get("integral") === "1";
  if (options.has("format")) target.format = readFormat(options.get("format") ?? "");
  const given = Object.fromEntries(Object.entries(target).filter(([, value]) => value !== undefined));
  return options.has("stock") ? { ...DEFAULT_HEADER, ...given } : given;
}

function outputOf(args: CommandArguments, file: string): string {
  const output = chooseOutput(args, file, { from: /\.(?:luac|lasm|out)$/, to: ".luac" }, () => {
    if (args.files.length > 1) throw new UsageError("several files need --output-dir");
    return "-";
  });
  refuseTerminal(output);
  return output;
}

function convertLoaded(
  args: CommandArguments,
  target: ConvertTarget,
  file: string,
  output: string,
  loaded: LoadedChunk,
): FileOutcome {
  if (!loaded.ok) return loaded;
  const source = args.options.has("strip") ? stripSource(loaded.source) : loaded.source;
  const written = writeSource(convertSource(source, target));
  if (!written.ok)
    return { ok: false, messages: [...loaded.messages, ...messagesAbout(file, written.diagnostics)] };
  createOutputFolder(args, output);
  writeFileAtomically(output, written.bytes);
  return loaded;
}

function run(args: CommandArguments): Outcome | Promise<Outcome> {
  const target = readTarget(args);
  return writeEachFile(
    args,
    (file) => outputOf(args, file),
    (file, output) => andThen(loadChunk(file), (loaded) => convertLoaded(args, target, file, output, loaded)),
  );
}

export const convertCommand: CommandSpec = {
  name: "convert",
  summary: "convert bytecode to another byte order, other sizes or another kind of number",
  operands: "<file...>",
  count: [1, Number.POSITIVE_INFINITY],
  options: [
    outputOption,
    folderOption,
    { long: "stock", help: "the layout that stock Lua 5.2 on 64-bit x86 loads" },
    { long: "endian", value: "order", choices: ["little", "big"], help: "byte order" },
    { long: "int", value: "bytes", choices: ["2", "4", "8"], help: "size of int" },
    { long: "size-t", value: "bytes", choices: ["2", "4", "8"], help: "size of size_t" },
    { long: "instruction", value: "bytes", choices: ["4", "8"], help: "size of an instruction" },
    { long: "number", value: "bytes", choices: ["4", "8"], help: "size of a number" },
    {
      long: "integral",
      value: "flag",
      choices: ["0", "1"],
      help: "1 for integer numbers, 0 for floating point",
    },
    { long: "format", value: "byte", help: "format byte, 0 to 255; 0 is the official format" },
    { long: "strip", help: "leave out debug information, as luac -s does" },
    ...messageOptions,
  ],
  details:
    "Nothing is rounded or cut: what the new layout cannot hold is an error that names the constant or field.",
  run,
};
