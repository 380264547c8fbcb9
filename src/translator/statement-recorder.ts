import { substituteDefines } from "./defines.js";
import type { CompiledStatement, TranslationState } from "./state.js";

/** A statement that is about to be executed. */
export interface RecordedStatement {
  readonly kind: "instruction" | "directive" | "host";
  readonly file: string;
  /** Line of the file, from 1; for statements of a macro, that of the call. */
  readonly line: number;
  /** Number of macros that it stands in. */
  readonly depth: number;
  /** As it stands in the source; in a macro with everything filled in. */
  readonly text: string;
  /** The text with its defines replaced, if that changes it. */
  readonly substituted: string | undefined;
}

/** Told what a translation does, in order of execution. All texts have one character per byte. */
export interface StatementRecorder {
  /** A statement begins. */
  statement(statement: RecordedStatement): void;
  /**
   * The statement adds to the pending put call.
   * @param code action bytes, one character each; U+0100 is a byte 0
   * @param args the arguments that the actions consume
   */
  code(code: string, args: readonly string[]): void;
  /**
   * What was added since the last call becomes a put call.
   * @param offset of its bytes in the action list
   * @param call the statement of the host language
   */
  put(offset: number, call: string): void;
}

const kinds = { host: "host", assembled: "instruction", action: "directive" } as const;

/** Tells the recorder of a translation about a statement. */
export function recordExecution(
  state: TranslationState,
  recorder: StatementRecorder,
  compiled: CompiledStatement,
  text: string,
): void {
  const { frame, architecture, macroStack } = state;
  const show = (code: string): string => (architecture?.showRegisters(code) ?? code).trim();
  const depth = macroStack.length;
  const source = show(text);
  const substituted = compiled.kind === "assembled" ? show(substituteDefines(state.defines, text)) : source;
  recorder.statement({
    kind: kinds[compiled.kind],
    file: frame.name,
    line: frame.line,
    depth,
    text: depth > 0 ? substituted : source,
    substituted: depth > 0 || substituted === source ? undefined : substituted,
  });
}
