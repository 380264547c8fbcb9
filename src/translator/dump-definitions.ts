import type { OutputItem } from "./output.js";
import type { Capture, Macro, TranslationState } from "./state.js";

function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function block(title: string, entries: readonly string[]): string {
  return `${title}:\n${entries.map((entry) => `${entry}\n`).join("")}\n`;
}

function column(text: string): string {
  return text.padEnd(20);
}

function dumpDefines(state: TranslationState): string {
  const show = (text: string): string => state.architecture?.showRegisters(text) ?? text;
  const entries = new Map(state.defines.user);
  // The Lua-mode reference keeps the sizes of types among the ordinary defines.
  if (state.options.language === "lua")
    for (const [name, size] of state.defines.typeSizes) entries.set(name, size);
  const names = [...entries.keys()].sort(compareBytes);
  return block(
    "Defines",
    names.map((name) => `  ${column(name)} ${show(entries.get(name) ?? "")}`),
  );
}

function dumpTypes(state: TranslationState): string {
  const names = [...state.types.keys()].sort(compareBytes);
  const entries = names.map((name) => {
    const type = state.types.get(name);
    const register = type?.register === undefined ? "" : state.architecture?.showRegisters(type.register);
    return `  ${column(name)} ${column(type?.ctype ?? "")} ${register ?? ""}`;
  });
  return block("Type definitions", entries);
}

function dumpNames(title: string, names: Iterable<string>): string {
  return block(
    title,
    [...names].map((name) => `  ${name}`),
  );
}

function macroKey(macro: Macro): string {
  return `${macro.name}_${macro.parameters.length}`;
}

function dumpMacros(state: TranslationState, level: number): string {
  const macros = [...state.macros].sort((a, b) => compareBytes(macroKey(a), macroKey(b)));
  const entries = macros.map((macro) => {
    // Reference: the count is cut off as one digit, so that names of macros with ten or more parameters keep a bar.
    const line = `  ${column(macroKey(macro).slice(0, -2))} ${macro.parameters.join(", ")}`;
    if (level < 2) return line;
    return [line, ...macro.statements.map(({ text }) => `  |${text}`), ""].join("\n");
  });
  return block("Macros", entries);
}

const rule = "=".repeat(76);

function captureLines(items: readonly OutputItem[]): readonly string[] {
  const text = items.map((item) => (typeof item === "string" ? item : "")).join("");
  return text === "" ? [] : text.slice(0, -1).split("\n");
}

function dumpCapture(capture: Capture, level: number): string {
  const line = `  ${column(capture.name)} ${`(${capture.lineCount})`.padStart(5)}`;
  if (level < 2) return line;
  const lines = captureLines(capture.items).map((text) => `  ${text}`);
  return [line, `  ${rule}`, ...lines, `  ${rule}`, ""].join("\n");
}

/** The listing of definitions that `-P` (level 1) and `-PP` (level 2) ask for. */
export function dumpDefinitions(state: TranslationState, level: number): string {
  const parts = [dumpNames("Sections", state.sections), dumpDefines(state)];
  if (state.architecture !== undefined) {
    parts.push(
      dumpTypes(state),
      dumpNames("Global labels", state.globalNumbers.keys()),
      dumpNames("Extern labels", state.externNumbers.keys()),
    );
  }
  parts.push(dumpMacros(state, level));
  const captures = [...state.captures.values()];
  parts.push(
    block(
      "Captures",
      captures.map((capture) => dumpCapture(capture, level)),
    ),
  );
  return parts.join("");
}
