import { graphSource } from "../../luabyteasm/graph.js";
import { renderDot } from "../../luabyteasm/graph-dot.js";
import { createDagreLayout, type DagreModule } from "../../luabyteasm/graph-layout.js";
import { renderSvg } from "../../luabyteasm/graph-svg.js";
import { FileError } from "../file-error.js";
import type { CommandArguments, CommandSpec, Outcome } from "./command.js";
import { loadChunk } from "./load-chunk.js";
import { messagesAbout } from "./messages.js";
import { messageOptions, outputOption } from "./options.js";
import { writeText } from "./write-result.js";

const layoutPackage = "@dagrejs/dagre";

function isDagre(value: unknown): value is DagreModule {
  return typeof value === "object" && value !== null && "graphlib" in value && "layout" in value;
}

/** Loads the layout library, which only pictures need. */
async function loadDagre(): Promise<DagreModule> {
  const loaded: unknown = await import(layoutPackage).catch(() => undefined);
  if (isDagre(loaded)) return loaded;
  if (typeof loaded === "object" && loaded !== null && "default" in loaded && isDagre(loaded.default)) {
    return loaded.default;
  }
  throw new FileError(
    `cannot draw the graph: the package ${layoutPackage} is not installed; --format dot needs none`,
  );
}

/** The format asked for, or the one that the name of the output file suggests. */
function chooseFormat({ options }: CommandArguments): string {
  return options.get("format") ?? (/\.(?:dot|gv)$/.test(options.get("output") ?? "") ? "dot" : "svg");
}

async function run(args: CommandArguments): Promise<Outcome> {
  const [file = "-"] = args.files;
  const loaded = await loadChunk(file);
  if (!loaded.ok) return { exitCode: 1, messages: loaded.messages };
  const result = graphSource(loaded.source, args.options.get("function") ?? "main");
  if (!result.ok) return { exitCode: 1, messages: messagesAbout(file, result.diagnostics) };
  if (chooseFormat(args) === "dot") {
    writeText(args, renderDot(result.graph));
    return { exitCode: 0, messages: loaded.messages };
  }
  const drawn = renderSvg(result.graph, createDagreLayout(await loadDagre()));
  if (!drawn.ok) return { exitCode: 1, messages: messagesAbout(file, drawn.diagnostics) };
  writeText(args, drawn.svg);
  return { exitCode: 0, messages: loaded.messages };
}

export const graphCommand: CommandSpec = {
  name: "graph",
  summary: "draw the control flow graph of a function (SVG or DOT)",
  operands: "<file>",
  count: [1, 1],
  options: [
    outputOption,
    { long: "function", short: "f", value: "path", help: "main (the default), or main/0/2 for P2 of P0" },
    {
      long: "format",
      value: "format",
      choices: ["svg", "dot"],
      help: "svg, or dot for Graphviz; by default as the output file is named, else svg",
    },
    ...messageOptions,
  ],
  run,
};
