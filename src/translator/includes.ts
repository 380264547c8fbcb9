import { flush } from "./pending-code.js";
import { fatalError } from "./problems.js";
import { processFrame } from "./process-lines.js";
import { createFrame, type StatementAction, type TranslationState } from "./state.js";
import { StatementError } from "./statement-error.js";

const maximumDepth = 100;

interface FoundFile {
  readonly path: string;
  readonly text: string;
}

function findFile(state: TranslationState, name: string): FoundFile | undefined {
  for (const directory of state.options.includeDirectories) {
    const path = directory === "" ? name : `${directory}/${name}`;
    const result = state.options.readInclude(path);
    if (typeof result === "string") return { path, text: result };
    if (result !== undefined) {
      throw fatalError("unreadable-include", `include file \`${name}' cannot be read: ${result.problem}`);
    }
  }
  return undefined;
}

function checkDepth(state: TranslationState): void {
  let depth = 0;
  for (let frame = state.frame.includedFrom; frame !== undefined; frame = frame.includedFrom) depth++;
  if (depth < maximumDepth) return;
  state.aborted = true;
  throw fatalError(
    "include-nesting",
    "include files are nested too deeply",
    undefined,
    "does a file include itself?",
  );
}

function fileIndexOf(state: TranslationState, path: string): number {
  const known = state.files.indexOf(path);
  return known >= 0 ? known : state.files.push(path) - 1;
}

export const runInclude: StatementAction = (state, [name = ""]) => {
  checkDepth(state);
  const found = findFile(state, name);
  if (found === undefined) {
    throw fatalError(
      "include-not-found",
      `include file \`${name}' not found`,
      undefined,
      describeSearch(state, name),
    );
  }
  state.expansionBudget -= found.text.length + 16;
  if (state.expansionBudget < 0) {
    state.aborted = true;
    throw fatalError("expansion-too-large", "included text is too large");
  }
  state.includedFiles.add(found.path);
  readIncluded(state, found);
};

function describeSearch(state: TranslationState, name: string): string {
  if (/^["<].*[">]$/.test(name)) return "write the file name without quotes";
  const directories = state.options.includeDirectories.map((directory) => directory || ".");
  return `searched in: ${directories.join(", ")}`;
}

function readIncluded(state: TranslationState, { path, text }: FoundFile): void {
  const outer = state.frame;
  const { macroStack } = state;
  const calls = macroStack.splice(0);
  const frame = createFrame(path, text, fileIndexOf(state, path), outer);
  if (state.options.language === "lua") {
    // The Lua-mode reference goes on counting and keeps the indentation.
    frame.classicLine = outer.classicLine;
    frame.indentation = outer.indentation;
  }
  state.frame = frame;
  state.syncedLine = -1;
  state.stopped = false;
  processFrame(state, frame);
  flush(state);
  const stopped = state.stopped;
  state.stopped = false;
  state.frame = outer;
  state.syncedLine = -1;
  macroStack.push(...calls);
  if (!stopped) return;
  throw new StatementError({ code: "in-include-file", classic: "in include file", follows: true }, true);
}
