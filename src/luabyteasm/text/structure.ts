import { MAX_DEPTH, NO_ITEMS, type Prototype } from "../chunk.js";
import { MAX_SBX, MIN_SBX, SBX_BIAS } from "../instruction.js";
import { createFunctionBuilder, type FunctionBuilder, forEachFixup, takeWords } from "./builders.js";
import { CHAR, findContentEnd, isBlank, isContentEnd, isLineEnd, skipBlanks } from "./characters.js";
import { takeConstants } from "./const-section.js";
import { takeLineInfo } from "./lineinfo-section.js";
import { resolveLabel, takeLocals } from "./locals-section.js";
import { reportString } from "./pairs.js";
import { ignoreRest, type ParserState } from "./parser-state.js";
import { reportError, reportWarning } from "./reporter.js";
import { readString, startsString } from "./string-literals.js";
import { takeUpvalues } from "./upvalue-section.js";
import { createVirtualRegisters } from "./virtual-registers.js";

/** The source name behind `.fn`; null when there is none. */
function readSource(state: ParserState, from: number): string | null {
  const { text, reporter } = state;
  const start = skipBlanks(text, from);
  if (isContentEnd(text.charCodeAt(start))) return null;
  if (startsString(text, start)) {
    const literal = readString(text, start, false);
    if (literal.kind !== "string") {
      reportString(state, start, literal);
      return null;
    }
    ignoreRest(state, literal.end);
    return literal.value;
  }
  let at = start;
  while (!isContentEnd(text.charCodeAt(at)) && text.charCodeAt(at) !== CHAR.at) at++;
  let end = at;
  while (!isContentEnd(text.charCodeAt(end)) && !isBlank(text.charCodeAt(end))) end++;
  if (at > start) {
    const message = "this text is ignored";
    const hint = "a source is @name or a string";
    reportWarning(reporter, "ignored-text", start, findContentEnd(text, start), message, hint);
  } else ignoreRest(state, end);
  return end > at ? text.slice(at, end) : null;
}

/** `.fn`: opens a function. */
export function openFunction(state: ParserState, start: number, nameEnd: number): void {
  const source = readSource(state, nameEnd);
  if (state.fn !== undefined) state.outerRegisters.push(state.registers);
  state.fn = createFunctionBuilder(state.fn, start, nameEnd, source, state.spareWords);
  state.registers = createVirtualRegisters();
  state.leak = 0;
  state.section = undefined;
  state.depth++;
  if (state.depth === MAX_DEPTH + 1) {
    const message = `functions are nested more than ${MAX_DEPTH} levels deep`;
    reportError(state.reporter, "depth", start, nameEnd, message);
    // Nothing sensible can follow, and it might be nested without end.
    state.fn = undefined;
    state.position = state.text.length - 1;
  }
}

function patchJumps(state: ParserState, fn: FunctionBuilder): void {
  const { words } = fn.code;
  forEachFixup(fn.fixups, (pc, start, end) => {
    const target = resolveLabel(state, fn, state.text.slice(start, end), start, end);
    if (target === undefined) return true;
    const offset = target - (pc + 1);
    if (offset >= MIN_SBX && offset <= MAX_SBX) {
      words[pc] = (((words[pc] ?? 0) & 0x3fff) | ((offset + SBX_BIAS) << 14)) >>> 0;
      return true;
    }
    const message = `the label is ${offset} instructions away: a jump reaches from ${MIN_SBX} to ${MAX_SBX}`;
    reportError(state.reporter, "jump-range", start, end, message);
    return true;
  });
}

function headerNumber(fn: FunctionBuilder, key: string, otherwise: number): number {
  return Number(fn.header.get(key)?.value ?? otherwise);
}

function headerInt(fn: FunctionBuilder, key: string): number | bigint {
  const value = fn.header.get(key)?.value ?? 0;
  return typeof value === "string" ? 0 : value;
}

/** Size of the frame: exact when `maxstacksize` is given, otherwise at least what the code needs. */
function takeFrameSize(state: ParserState, fn: FunctionBuilder): number {
  const exact = fn.header.get("maxstacksize");
  if (exact !== undefined) return Number(exact.value);
  const wanted = fn.header.get("maxstack");
  const least = Math.max(2, Number(wanted?.value ?? 2));
  const leak = fn.parent === undefined ? state.leak + 1 : 0;
  const size = Math.max(least, headerNumber(fn, "numparams", 0), fn.need, leak);
  if (size > 255) {
    const message = `the function needs a frame of ${size} registers: at most 255 are possible`;
    reportError(state.reporter, "stack-overflow", fn.start, fn.end, message);
    return 255;
  }
  if (wanted !== undefined && Number(wanted.value) >= 2 && size > Number(wanted.value)) {
    const message = `maxstack ${wanted.value} is too small: raised to ${size}`;
    reportWarning(state.reporter, "maxstack-raised", wanted.start, wanted.end, message);
  }
  return size;
}

function takeSource(fn: FunctionBuilder): string | null {
  const given = fn.header.get("source")?.value;
  return given === undefined ? fn.source : String(given);
}

/** Builds the prototype of a function that is complete. */
function finishFunction(state: ParserState, fn: FunctionBuilder): Prototype {
  patchJumps(state, fn);
  const { upvalues, names } = takeUpvalues(state, fn);
  const { highWords, length } = fn.code;
  const prototype: Prototype = {
    lineDefined: headerInt(fn, "linedefined"),
    lastLineDefined: headerInt(fn, "lastlinedefined"),
    numParams: headerNumber(fn, "numparams", 0),
    isVararg: headerNumber(fn, "is_vararg", 1),
    maxStackSize: takeFrameSize(state, fn),
    code: takeWords(fn.code, state.spareWords),
    constants: takeConstants(state, fn),
    prototypes: fn.prototypes.length === 0 ? NO_ITEMS : fn.prototypes,
    upvalues,
    source: takeSource(fn),
    lineInfo: takeLineInfo(state, fn),
    locals: takeLocals(state, fn),
    upvalueNames: names,
  };
  return highWords === undefined ? prototype : { ...prototype, codeHigh: highWords.slice(0, length) };
}

/** Whether a function holds no items of any kind. */
function isBare({ code, constants, prototypes, upvalues, lineInfo, locals }: Prototype): boolean {
  const items = code.length + constants.length + prototypes.length + upvalues.length;
  return items + lineInfo.length + locals.length === 0;
}

/** Whether two functions without items are the same. */
function isSameBare(one: Prototype, other: Prototype): boolean {
  return (
    one.lineDefined === other.lineDefined &&
    one.lastLineDefined === other.lastLineDefined &&
    one.numParams === other.numParams &&
    one.isVararg === other.isVararg &&
    one.maxStackSize === other.maxStackSize &&
    one.source === other.source
  );
}

/**
 * Adds a function to those inside another. Once there is an error, its number is all that counts; and one
 * without items stands for all like it that follow: they take a dozen bytes of text each.
 */
function keepNested(state: ParserState, prototypes: Prototype[], prototype: Prototype): void {
  const previous = prototypes.at(-1);
  const isDispensable =
    state.reporter.errors > 0 ||
    (isBare(prototype) && previous !== undefined && isBare(previous) && isSameBare(previous, prototype));
  prototypes.push(isDispensable && previous !== undefined ? previous : prototype);
}

/** `.endfn`: completes the innermost function. */
export function closeFunction(state: ParserState, start: number, nameEnd: number): void {
  const { fn } = state;
  if (fn === undefined) {
    reportError(state.reporter, "endfn-unmatched", start, nameEnd, ".endfn without .fn");
    return;
  }
  ignoreRest(state, nameEnd);
  const prototype = finishFunction(state, fn);
  state.section = undefined;
  state.fn = fn.parent;
  state.depth--;
  const outer = state.outerRegisters.pop();
  // Names of the enclosing function keep their registers; without any, the nested function's state
  // stays in force, as texts for the first tool of this name rely on.
  if (outer?.used === true) state.registers = outer;
  if (fn.parent === undefined) state.main = prototype;
  else keepNested(state, fn.parent.prototypes, prototype);
}

/** Whether some function of the text has this label. */
function isDefinedSomewhere(text: string, label: string): boolean {
  const definition = `${label}:`;
  for (let at = text.indexOf(definition); at >= 0; at = text.indexOf(definition, at + 1)) {
    let before = at - 1;
    while (before >= 0 && isBlank(text.charCodeAt(before))) before--;
    if (before < 0 || isLineEnd(text.charCodeAt(before))) return true;
  }
  return false;
}

/** Looking for that many labels is enough: no more errors of a kind are shown. */
const mostSearches = 100;

/**
 * Reports the labels that are nowhere. Which of the lines behind a nested function belong to one that is not
 * closed is not known, so that a label of any function may be meant for this one.
 */
function reportLostLabels(state: ParserState, fn: FunctionBuilder): void {
  let searches = 0;
  forEachFixup(fn.fixups, (_pc, start, end) => {
    const label = state.text.slice(start, end);
    if (fn.labels.has(label)) return true;
    if (searches++ >= mostSearches) return false;
    if (!isDefinedSomewhere(state.text, label)) resolveLabel(state, fn, label, start, end);
    return true;
  });
}

/** Reports the functions that are not closed, and what else can be known to be wrong with them. */
export function reportUnclosed(state: ParserState): void {
  for (let { fn } = state; fn !== undefined; fn = fn.parent) {
    reportError(state.reporter, "fn-unclosed", fn.start, fn.end, ".fn without .endfn");
    // Without functions inside, all lines up to the end of the text are its own.
    if (fn === state.fn && fn.prototypes.length === 0) finishFunction(state, fn);
    else reportLostLabels(state, fn);
  }
}
