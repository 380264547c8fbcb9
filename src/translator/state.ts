import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Architecture, DeclaredType } from "./architecture.js";
import type { AssembledStatement } from "./assembled-statement.js";
import { createDedupeIndex, type DedupeIndex } from "./dedupe-index.js";
import { createDefines, type Defines } from "./defines.js";
import type { Emitter } from "./emit/emitter.js";
import type { LuaParser } from "./lua-parser.js";
import type { CutStatement, StatementTemplate } from "./macro-template.js";
import type { ResolvedOptions } from "./options.js";
import type { OutputItem } from "./output.js";
import type { StatementRecorder } from "./statement-recorder.js";

/** A source text while it is being read. */
export interface SourceFrame {
  readonly name: string;
  readonly text: string;
  /** Index into `TranslationState.files`. */
  readonly fileIndex: number;
  /** Number of the current line, from 1. */
  line: number;
  /** What the reference counts, which differs from `line` in included files of Lua mode. */
  classicLine: number;
  lineStart: number;
  lineEnd: number;
  /** Leading blanks of the most recent assembler line. */
  indentation: string;
  /** Where the statement being processed begins and ends, counted from the start of its line. */
  statementStart: number;
  statementEnd: number;
  readonly includedFrom: SourceFrame | undefined;
}

/** A statement of a macro body. */
export interface MacroStatement {
  readonly text: string;
  /** Where it stands, for notes. */
  readonly at: SourcePlace;
  /** The text cut at the parameters, once it was needed. */
  cut: CutStatement | undefined;
  /** The same for the definitions of the most recent call. */
  template: StatementTemplate | undefined;
}

export interface Macro {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly statements: MacroStatement[];
  readonly definedAt: SourcePlace;
  readonly classicLine: number;
  active: boolean;
  /** How often it was called under the same definitions, see `TranslationState.epoch`. */
  readonly calls: { epoch: number; count: number };
}

export interface Capture {
  readonly name: string;
  readonly items: OutputItem[];
  /** Lines of the reference's count: a batch of host lines is several. */
  lineCount: number;
  /** Where it was opened last. */
  openedAt: SourcePlace;
  classicLine: number;
}

/** What a statement text stands for after substitution; cached by text. */
export type CompiledStatement =
  | { readonly kind: "host"; readonly tail: string }
  | AssembledStatement
  | {
      readonly kind: "action";
      readonly action: StatementAction;
      readonly opcode: string;
      readonly parameters: readonly string[];
    };

/** A macro statement after substitution and pasting. */
export interface ExpandedStatement {
  readonly text: string;
  /** Whether pasting may have made new words to substitute. */
  readonly pasted: boolean;
  /** What the text stands for, once it was executed. */
  compiled: CompiledStatement | undefined;
}

/** What executing a directive, a section switch or a macro does. */
export type StatementAction = (
  state: TranslationState,
  parameters: readonly string[],
  opcode: string,
) => void;

/** A statement of the translator itself. */
export interface Directive {
  readonly minimum: number;
  /** `Infinity` for whatever number of parameters. */
  readonly maximum: number;
  /** Whether it may stand before `.arch`. */
  readonly beforeArch?: boolean;
  readonly run: StatementAction;
}

/** Code produced since the last put call. */
export interface PendingCode {
  code: string;
  /** The arguments of the put call, each with a comma in front. */
  args: string;
  /** Buffer positions in use, counting the one of the start offset. */
  positions: number;
  /** Where its entries begin in `sourceEntries`; their offsets count from its own start. */
  firstEntry: number;
  /** Line of the main file that the last statement belongs to. */
  mainLine: number;
}

/** One level of `.if`. */
export interface ConditionLevel {
  /** Value of the last branch condition that was evaluated; `else` after `.else`. */
  taken: boolean;
  afterElse: boolean;
  /** The `.if`. */
  readonly at: SourcePlace;
}

/** A macro being expanded, and the statement of it that is being executed. */
export interface MacroCall {
  readonly macro: Macro;
  statement: MacroStatement;
}

/** Everything mutable in one translation. */
export interface TranslationState {
  readonly options: ResolvedOptions;
  // Options that are asked for in every line, once more within easy reach.
  readonly echoForm: ResolvedOptions["echo"];
  readonly lineDirectives: boolean;
  readonly keepLines: boolean;
  readonly isLua: boolean;
  readonly emitter: Emitter;
  readonly loadLuaParser: () => LuaParser;
  readonly encodeLatin1: (text: string) => Uint8Array;
  readonly createArchitecture: (name: string, state: TranslationState) => Architecture | undefined;
  readonly directives: ReadonlyMap<string, Directive>;
  readonly recorder: StatementRecorder | undefined;

  frame: SourceFrame;
  readonly mainFrame: SourceFrame;
  readonly files: string[];
  readonly includedFiles: Set<string>;

  output: OutputItem[];
  readonly mainOutput: OutputItem[];
  /** Lines not yet moved to `output`, and the length at which they are. */
  batch: string;
  readonly batchLength: number;
  /** All texts in order of writing, wherever they went, and the position at which each begins. */
  readonly written: string[];
  readonly writtenStarts: number[];
  /** Length of everything written before the batch. */
  writtenLength: number;
  /** With `keepLines`: for each item of `mainOutput`, twice its line in the main file, plus 1 if it may not be split into lines. */
  readonly outputLines: number[];
  /** Line that the C compiler is presumed to be at. */
  syncedLine: number;

  architecture: Architecture | undefined;
  readonly defines: Defines;
  /** Counts the changes of what words stand for. */
  epoch: number;
  readonly types: Map<string, DeclaredType>;
  readonly globalNumbers: Map<string, number>;
  readonly externNumbers: Map<string, number>;
  sections: readonly string[];
  /** Statements that an earlier statement defined (sections and macros) by opcode, then by parameter count. */
  readonly definedStatements: Map<string, (StatementAction | undefined)[]>;
  readonly macros: Macro[];
  recording: Macro | undefined;
  /** Adds a statement to the macro being recorded, or ends it. */
  readonly recordStatement: (state: TranslationState, statement: string) => void;
  readonly macroStack: MacroCall[];
  readonly captures: Map<string, Capture>;
  openCapture: Capture | undefined;
  /** Names that `.dumpcapture` was given, whether captured before or later. */
  readonly dumpedCaptures: Set<string>;
  readonly conditions: ConditionLevel[];
  /** Whether statements are skipped because of a false condition, and the `.if` levels opened while skipping. */
  skipping: boolean;
  skippedLevels: number;

  readonly statementCache: Map<string, CompiledStatement>;
  /** Opcodes and parameters with their defines replaced. */
  readonly partCache: Map<string, string>;
  /** Macro statements with their arguments filled in. */
  readonly expansionCache: Map<string, ExpandedStatement>;

  readonly pending: PendingCode;
  readonly chunks: DedupeIndex;
  /** Offsets of bytes that the action list shows as `-0`. */
  readonly negativeZeros: Set<number>;
  /** Triples: start and end offset in the action list; file and line in one number. */
  readonly sourceEntries: number[];

  readonly diagnostics: Diagnostic[];
  errorCount: number;
  warningErrorCount: number;
  fatal: boolean;
  /** Whether an expansion ran away: then nothing goes on, not even macros. */
  aborted: boolean;
  /** Files read so far that stopped early. */
  stopped: boolean;
  readonly reportedWarnings: Set<string>;
  /** Characters of expanded text still allowed, against runaway macros and includes. */
  expansionBudget: number;

  readonly lint: LintState;
}

/** A label definition or reference, in order of appearance. */
export interface LabelSighting {
  readonly role: "definition" | "backward" | "forward" | "reference";
  readonly name: string;
  readonly at: SourcePlace;
  /** Where in `hostRanges` the host texts behind it begin. */
  readonly hostRuns: number;
}

/** A statement in a source, kept for messages that may never be needed. */
export interface SourcePlace {
  readonly frame: SourceFrame;
  readonly line: number;
  readonly lineStart: number;
  readonly lineEnd: number;
  /** Offsets in the line. */
  readonly start: number;
  readonly end: number;
}

/** What the checks over the whole file collect. */
export interface LintState {
  readonly locals: LabelSighting[];
  readonly globals: LabelSighting[];
  /**
   * Pairs: where the host texts begin and end in what was written. Kept as texts, they would be most of the
   * memory of a translation. A label's `hostRuns` is an index into this list.
   */
  readonly hostRanges: number[];
  /** The control statement without braces that the current assembler lines follow, if any, and the put calls since. */
  openControl: { readonly keyword: string; readonly at: SourcePlace } | undefined;
  putsSinceHost: number;
}

/** Most characters that macros and includes may expand to. */
const expansionLimit = 32_000_000;

/** Lines are collected into texts of about this length: many small strings would keep the collector busy. */
const batchLength = 8192;

export interface StateParts {
  readonly options: ResolvedOptions;
  readonly emitter: Emitter;
  readonly loadLuaParser: () => LuaParser;
  readonly encodeLatin1: (text: string) => Uint8Array;
  readonly createArchitecture: TranslationState["createArchitecture"];
  readonly directives: TranslationState["directives"];
  readonly recordStatement: TranslationState["recordStatement"];
  readonly source: string;
}

export function createFrame(
  name: string,
  text: string,
  fileIndex: number,
  includedFrom: SourceFrame | undefined,
): SourceFrame {
  return {
    name,
    text,
    fileIndex,
    line: 0,
    classicLine: 0,
    lineStart: 0,
    lineEnd: 0,
    indentation: "",
    statementStart: 0,
    statementEnd: 0,
    includedFrom,
  };
}

export function createState(parts: StateParts): TranslationState {
  const mainFrame = createFrame(parts.options.fileName, parts.source, 0, undefined);
  const mainOutput: OutputItem[] = [];
  return {
    options: parts.options,
    echoForm: parts.options.echo,
    lineDirectives: parts.options.lineDirectives,
    keepLines: parts.options.keepLines,
    isLua: parts.options.language === "lua",
    emitter: parts.emitter,
    loadLuaParser: parts.loadLuaParser,
    encodeLatin1: parts.encodeLatin1,
    createArchitecture: parts.createArchitecture,
    directives: parts.directives,
    recorder: parts.options.recorder,
    recordStatement: parts.recordStatement,
    frame: mainFrame,
    mainFrame,
    files: [parts.options.fileName],
    includedFiles: new Set(),
    output: mainOutput,
    mainOutput,
    batch: "",
    batchLength: parts.options.keepLines ? 1 : batchLength,
    written: [],
    writtenStarts: [],
    writtenLength: 0,
    outputLines: [],
    syncedLine: -1,
    architecture: undefined,
    defines: createDefines(),
    epoch: 0,
    types: new Map(),
    globalNumbers: new Map(),
    externNumbers: new Map(),
    sections: [],
    definedStatements: new Map(),
    macros: [],
    recording: undefined,
    macroStack: [],
    captures: new Map(),
    openCapture: undefined,
    dumpedCaptures: new Set(),
    conditions: [],
    skipping: false,
    skippedLevels: 0,
    statementCache: new Map(),
    partCache: new Map(),
    expansionCache: new Map(),
    pending: { code: "", args: "", positions: 1, firstEntry: 0, mainLine: 0 },
    chunks: createDedupeIndex(),
    negativeZeros: new Set(),
    sourceEntries: [],
    diagnostics: [],
    errorCount: 0,
    warningErrorCount: 0,
    fatal: false,
    aborted: false,
    stopped: false,
    reportedWarnings: new Set(),
    expansionBudget: expansionLimit,
    lint: { locals: [], globals: [], hostRanges: [], openControl: undefined, putsSinceHost: 0 },
  };
}

/** Forgets what statement texts stand for, after something changed that they depend on. */
export function forgetStatements(state: TranslationState): void {
  state.epoch++;
  state.statementCache.clear();
  state.partCache.clear();
  state.expansionCache.clear();
}
