import { describeHeader, type HeaderInfo, renderHeaderInfo } from "../../luabyteasm/header-info.js";
import { decodeText } from "../../luabyteasm/text/source-text.js";
import { readInput } from "../read-input.js";
import { andThen } from "./and-then.js";
import type { CommandArguments, CommandSpec, Outcome } from "./command.js";
import { forEachFile } from "./each-file.js";
import { displayName } from "./messages.js";
import { messageOptions, outputOption } from "./options.js";
import { writeText } from "./write-result.js";

/** One line of JSON, where the source name is text if its bytes are UTF-8. */
function renderJson(file: string, info: HeaderInfo): string {
  const { summary } = info;
  const source = summary === null || summary.source === null ? null : decodeText(summary.source);
  const shown = { ...info, summary: summary === null ? null : { ...summary, source } };
  return `${JSON.stringify({ file: displayName(file), ...shown })}\n`;
}

function renderInfo(file: string, info: HeaderInfo, json: boolean, named: boolean): string {
  if (json) return renderJson(file, info);
  return `${named ? `${displayName(file)}: ` : ""}${renderHeaderInfo(info)}`;
}

function run(args: CommandArguments): Outcome | Promise<Outcome> {
  const parts: string[] = [];
  const outcome = forEachFile(args.files, (file) => {
    const info = describeHeader(readInput(file));
    parts.push(renderInfo(file, info, args.options.has("json"), args.files.length > 1));
    return { ok: !info.diagnostics.some(({ severity }) => severity === "error"), messages: [] };
  });
  return andThen(outcome, (settled) => {
    if (parts.length > 0) writeText(args, parts.join(""));
    return settled;
  });
}

export const infoCommand: CommandSpec = {
  name: "info",
  summary: "decode the header of a chunk, and say what any other file is",
  operands: "<file...>",
  count: [1, Number.POSITIVE_INFINITY],
  options: [{ long: "json", help: "one JSON object per file" }, outputOption, ...messageOptions],
  details: "Exits with 1 for a Lua 5.2 chunk that is damaged.",
  run,
};
