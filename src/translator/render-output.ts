import { actionText } from "./dedupe-index.js";
import type { DeferredBlock, OutputItem } from "./output.js";
import type { TranslationState } from "./state.js";

/** The output has no end or is too large, most often because captures contain each other. */
export class OutputError extends Error {
  readonly code: string;
  /** The capture that the main output asked for, if any. */
  readonly capture: string | undefined;

  constructor(code: string, message: string, capture: string | undefined) {
    super(message);
    this.code = code;
    this.capture = capture;
  }
}

/** Below the longest string that JavaScript engines can build. */
const maximumOutputLength = 256_000_000;
/** Limit for the text of lists and captures, which a small input can repeat without end. */
const maximumGeneratedLength = 64_000_000;
/** What each piece of generated text, and each use of a capture, counts in addition. */
const pieceCost = 32;
const maximumCaptureDepth = 200;

interface Rendering {
  readonly state: TranslationState;
  /** Finished lines with their line ends. */
  readonly pieces: string[];
  readonly openCaptures: string[];
  /** Characters produced so far. */
  length: number;
  /** What lists and captures produced, with the cost of the pieces. */
  generated: number;
  actionLists: number;
}

function createRendering(state: TranslationState): Rendering {
  return { state, pieces: [], openCaptures: [], length: 0, generated: 0, actionLists: 0 };
}

/** The bytes from 0 to `length` in decimal, separated by commas. */
function joinNumbers(state: TranslationState, length: number): string {
  const bytes = state.encodeLatin1(actionText(state.chunks)).subarray(0, length);
  if (state.negativeZeros.size === 0) return bytes.join(",");
  return Array.from(bytes, (byte, at) => (state.negativeZeros.has(at) ? "-0" : String(byte))).join(",");
}

function renderActionList(rendering: Rendering, name: string): readonly string[] {
  const { state } = rendering;
  // Reference: each further list in a file lacks one more byte at its end.
  const length = Math.max(state.chunks.length - rendering.actionLists++, 0);
  if (length === 0) return state.emitter.actionList(name, 1, "255");
  return state.emitter.actionList(name, length, joinNumbers(state, length));
}

function count(rendering: Rendering, length: number, isGenerated: boolean): void {
  rendering.length += length;
  if (isGenerated) rendering.generated += length + pieceCost;
  if (rendering.length <= maximumOutputLength && rendering.generated <= maximumGeneratedLength) return;
  throw new OutputError("output-too-large", "the output is too large", rendering.openCaptures[0]);
}

function renderCapture(rendering: Rendering, name: string): void {
  const capture = rendering.state.captures.get(name);
  if (capture === undefined) return;
  const { openCaptures } = rendering;
  if (openCaptures.includes(name)) {
    throw new OutputError("endless-capture", `capture \`${name}' contains its own .dumpcapture`, name);
  }
  if (openCaptures.length >= maximumCaptureDepth) {
    throw new OutputError("capture-nesting", "captures are nested too deeply", openCaptures[0]);
  }
  count(rendering, 0, true);
  openCaptures.push(name);
  for (const item of capture.items) renderItem(rendering, item, true);
  openCaptures.pop();
}

function blockLines(
  rendering: Rendering,
  block: Exclude<DeferredBlock, { kind: "capture" }>,
): readonly string[] {
  const { state } = rendering;
  const { emitter } = state;
  switch (block.kind) {
    case "header":
      return emitter.header({
        architecture: state.architecture?.name ?? "",
        fileName: state.options.fileName,
        version: emitter.headerVersion(state.options.dasmVersion),
      });
    case "action-list":
      return renderActionList(rendering, block.name);
    case "globals":
      return emitter.globals(block.prefix, [...state.globalNumbers.keys()]);
    case "global-names":
      return emitter.globalNames(block.name, [...state.globalNumbers.keys()]);
    case "extern-names":
      return emitter.externNames(block.name, [...state.externNumbers.keys()]);
  }
}

function renderItem(rendering: Rendering, item: OutputItem, isGenerated: boolean): void {
  if (typeof item === "string") {
    count(rendering, item.length, isGenerated);
    rendering.pieces.push(item);
  } else if (item.kind === "capture") renderCapture(rendering, item.name);
  else for (const line of blockLines(rendering, item)) renderItem(rendering, `${line}\n`, true);
}

/**
 * The pieces of the output: each is one or several complete lines.
 * Throws an OutputError.
 */
export function renderOutput(state: TranslationState): readonly string[] {
  const rendering = createRendering(state);
  for (const item of state.mainOutput) renderItem(rendering, item, false);
  return rendering.pieces;
}

/** Like `renderOutput`, for `keepLines`: what stands for a source line comes in the line of that number. */
export function renderKeepingLines(
  state: TranslationState,
  joinLines: (pieces: readonly string[]) => string,
): readonly string[] {
  const rendering = createRendering(state);
  const output: string[] = [];
  let current: string[] = [];
  let line = 1;
  const advance = (target: number): void => {
    while (line < target) {
      output.push(`${joinLines(current)}\n`);
      current = [];
      line++;
    }
  };
  state.mainOutput.forEach((item, index) => {
    const place = state.outputLines[index] ?? line * 2;
    advance(place >> 1);
    rendering.pieces.length = 0;
    renderItem(rendering, item, false);
    const texts = rendering.pieces.map((piece) => piece.slice(0, -1));
    const text = texts[0] ?? "";
    const isHostRun = (place & 1) === 0 && typeof item === "string" && text.includes("\n");
    if (!isHostRun) {
      for (const piece of texts) current.push(piece);
      return;
    }
    // A run of host lines of the main file: each has a line of its own.
    for (const [at, hostLine] of text.split("\n").entries()) {
      advance((place >> 1) + at);
      current.push(hostLine);
    }
  });
  advance(line + 1);
  return output;
}
