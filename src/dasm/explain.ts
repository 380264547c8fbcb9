import { type ActionSourceMap, findSource, type SourceLine } from "../diagnostics/action-source-map.js";
import { ACTION } from "../x86/actions.js";
import { usageError } from "./dasm-error.js";
import { formatSources, nameGlobal, type SymbolNames } from "./label-names.js";
import { type Failure, FIRST_GLOBAL } from "./state.js";
import { type DecodedStatus, decodeStatus, formatStatus, STATUS, type StatusName } from "./status.js";

/** What is known besides the status itself. The more, the better the explanation. */
export interface ExplainContext extends SymbolNames {
  /** The action list, which tells what stands at the offset. */
  readonly actions?: Uint8Array;
  /** What the engine noted when the check failed. */
  readonly failure?: Failure;
}

/** A status in words. */
export interface Explanation {
  readonly status: DecodedStatus;
  /** One sentence: what is wrong, with names, values and ranges as far as they are known. */
  readonly message: string;
  /** What causes this, and what to do about it. */
  readonly advice: string;
  /** Lowest and highest allowed value, for range errors. */
  readonly range?: readonly [lowest: number, highest: number];
  readonly value?: number;
  /** Source lines of the statement; several if equal statements share their actions. */
  readonly sources: readonly SourceLine[];
}

const ADVICE: Readonly<Record<StatusName, string>> = {
  OK: "Nothing is wrong.",
  NOMEM: "The code became larger than the limit set for it, or an allocation function of the program failed.",
  PHASE:
    "The size of the encoded code differs from the linked size. In the C engine a run-time displacement of 0 with a fixed ebp, rbp or r13 base and an index register does that: use another base register or a fixed displacement.",
  MATCH_SEC: "Put the section directive that checkstep was told to expect before it.",
  RANGE_I:
    "Check the run-time value, or use an operand size that holds it: a signed byte holds -128 to 127, a byte 0 to 255, a word 0 to 65535 (-128 to 65535 where the short form exists).",
  RANGE_SEC: "The section number is not below the number of sections given to init: pass DASM_MAXSECTION.",
  RANGE_LG:
    "A local label referred to backwards needs a definition before it in the same step, and the table of global labels needs room for all of them: pass the number of globals to setupglobal before setup.",
  RANGE_PC: "Call growpc with a number above the highest pc label before using it.",
  RANGE_VREG: "Registers are numbered 0 to 15, and number 4 (rsp) cannot be an index.",
  UNDEF_L: "Define the label after the forward reference, before the checkstep that ends the step.",
  UNDEF_PC: "Define every pc label that is referred to before linking.",
  DUPLICATE_LG: "Give each label one definition per unit, or allow duplicates as the C engine does.",
  DUPLICATE_PC: "Give each label one definition per unit, or allow duplicates as the C engine does.",
};

const IMMEDIATE_RANGES: ReadonlyMap<number, readonly [number, number]> = new Map([
  [ACTION.IMM_S, [-128, 127]],
  [ACTION.IMM_B, [0, 255]],
  [ACTION.IMM_W, [0, 65535]],
  [ACTION.IMM_WB, [-128, 65535]],
  [ACTION.SPACE, [0, 0x7fffffff]],
] as const);

/** Whether a register exists in 64-bit code only; it is out of range where the code has 32 bits. */
function isRegister64(register: number | undefined): boolean {
  return register !== undefined && register >= 8 && register <= 15;
}

/** Range of the values that the action at the offset takes. */
function findRange(
  status: DecodedStatus,
  context: ExplainContext,
): readonly [lowest: number, highest: number] | undefined {
  if (status.name === "RANGE_VREG") return [0, isRegister64(findValue(status, context)) ? 7 : 15];
  if (status.name !== "RANGE_I") return undefined;
  return IMMEDIATE_RANGES.get(context.actions?.[status.payload] ?? -1);
}

/** The value that the failed check looked at, if the failure belongs to this status. */
function findValue(status: DecodedStatus, context: ExplainContext): number | undefined {
  const { failure } = context;
  return failure !== undefined && failure.status >>> 0 === status.status ? failure.value : undefined;
}

function describeRange(status: DecodedStatus, context: ExplainContext): string {
  const value = findValue(status, context);
  const range = findRange(status, context);
  const what = status.name === "RANGE_VREG" ? "variable register" : "immediate value";
  const allowed = range === undefined ? "" : `, allowed are ${range[0]} to ${range[1]}`;
  if (status.name === "RANGE_VREG" && value === 4) return "variable register 4 (rsp) cannot be an index";
  return value === undefined
    ? `${what} out of range${allowed}`
    : `${what} ${value} is out of range${allowed}`;
}

/** The label operand byte at the payload tells which label a RANGE_LG is about. */
function describeLabelRange(status: DecodedStatus, context: ExplainContext): string {
  const label = context.actions?.[status.payload];
  const code = context.actions?.[status.payload - 1];
  if (label === undefined) return "label not defined before a backward reference, or label number too large";
  if (label > 246)
    return `local label >${label - 246} used without a label table: setupglobal was not called`;
  if (label >= FIRST_GLOBAL) return `no room for ${nameGlobal(context, label)} in the table of global labels`;
  if (code === ACTION.LABEL_LG)
    return `local label ${label} defined without a label table: setupglobal was not called`;
  return `local label <${label} is not defined before this reference`;
}

function describeDuplicate(status: DecodedStatus, context: ExplainContext): string {
  const label = context.actions?.[status.payload];
  const value = findValue(status, context);
  if (status.name === "DUPLICATE_PC")
    return value === undefined ? "a pc label is defined twice" : `pc label ${value} is defined twice`;
  return label === undefined
    ? "a global label is defined twice"
    : `${nameGlobal(context, label)} is defined twice`;
}

/** What is wrong, in one sentence. */
function describe(status: DecodedStatus, context: ExplainContext): string {
  const value = findValue(status, context);
  switch (status.name) {
    case "OK":
      return "no error";
    case "NOMEM":
      return value === undefined
        ? "out of memory"
        : `the code would take ${value} bytes, more than its limit`;
    case "PHASE":
      return "phase error: encode wrote another number of bytes than link computed";
    case "MATCH_SEC":
      return `the current section is ${status.payload}${value === undefined ? "" : `, checkstep expected section ${value}`}`;
    case "RANGE_I":
    case "RANGE_VREG":
      return describeRange(status, context);
    case "RANGE_SEC":
      return value === undefined ? "section number out of range" : `section number ${value} is out of range`;
    case "RANGE_LG":
      return describeLabelRange(status, context);
    case "RANGE_PC":
      return value === undefined
        ? "pc label out of range"
        : `pc label ${value} is outside the table that growpc made`;
    case "UNDEF_L":
      return `local label >${status.payload} is used but not defined after the reference`;
    case "UNDEF_PC":
      return `pc label ${status.payload} is used but not defined`;
    case "DUPLICATE_LG":
    case "DUPLICATE_PC":
      return describeDuplicate(status, context);
    case undefined:
      return status.status < 0x01000000
        ? "no status of the encoder: the upper 8 bits, which tell what is wrong, are 0"
        : "no status of the encoder";
  }
}

function findSources(status: DecodedStatus, map: ActionSourceMap | undefined): readonly SourceLine[] {
  return map === undefined || status.payloadKind !== "offset" ? [] : findSource(map, status.payload);
}

/**
 * Puts a status of the encoder into words.
 * @param status status as link, encode or checkstep return it, in the C engine or here: a 32-bit
 *   number, signed or unsigned
 * @param context what else is known: a map gives source lines, the action list gives ranges
 * @throws DasmError for what is no 32-bit integer
 */
export function explain(status: number, context: ExplainContext = {}): Explanation {
  if (!isStatus(status)) throw usageError(`explain: ${String(status)} is no 32-bit integer`);
  const decoded = decodeStatus(status);
  const range = findRange(decoded, context);
  const value = findValue(decoded, context);
  return {
    status: decoded,
    message: describe(decoded, context),
    advice:
      decoded.name === undefined
        ? "The code in the upper 8 bits is not one of DynASM's."
        : ADVICE[decoded.name],
    sources: findSources(decoded, context.map),
    ...(range === undefined ? {} : { range }),
    ...(value === undefined ? {} : { value }),
  };
}

/** What the payload of a status is, in words; empty if it has none. */
function formatPayload(status: DecodedStatus): string {
  switch (status.payloadKind) {
    case "none":
      return "";
    case "offset":
      return `action list offset ${status.payload} (0x${status.payload.toString(16)})`;
    case "section":
      return `section ${status.payload}`;
    case "label":
      return status.name === "UNDEF_L" ? `local label ${status.payload}` : `pc label ${status.payload}`;
  }
}

/** Formats an explanation as a few lines of text, as `dynasm explain` prints it. */
export function formatExplanation(explanation: Explanation): string {
  const { status, message, advice, sources } = explanation;
  const name = status.name === undefined ? "unknown" : `DASM_S_${status.name}`;
  const lines = [`${formatStatus(status.status)} ${name}: ${message}`];
  const payload = formatPayload(status);
  if (payload !== "") lines.push(`  at: ${payload}`);
  if (sources.length > 0) lines.push(`  in: ${formatSources(sources)}`);
  lines.push(`  ${advice}`);
  return `${lines.join("\n")}\n`;
}

function isStatus(value: number): boolean {
  return Number.isInteger(value) && value >= -0x80000000 && value <= 0xffffffff;
}

/** Whether an engine can have returned this number as an error. */
function isError(value: number): boolean {
  return isStatus(value) && value !== STATUS.OK && decodeStatus(value).name !== undefined;
}

/**
 * Reads a status as users paste it: hexadecimal with 0x, decimal, possibly negative, or the eight
 * digits that `%08x` prints where they are no error in decimal.
 * @returns the status, or undefined if the text is none
 */
export function parseStatus(text: string): number | undefined {
  const trimmed = text.trim();
  const hexadecimal = /^[0-9a-f]{8}$/i.test(trimmed) ? Number(`0x${trimmed}`) : Number.NaN;
  const isNumber = /^(0x[0-9a-f]{1,8}|-?[0-9]{1,10})$/i.test(trimmed);
  const value = isNumber ? Number(trimmed) : Number.NaN;
  if (isError(hexadecimal) && !isError(value)) return hexadecimal;
  return isStatus(value) ? value >>> 0 : undefined;
}
