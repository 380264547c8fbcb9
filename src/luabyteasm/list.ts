import { type Chunk, type FunctionParts, MAX_DEPTH } from "./chunk.js";
import { formatConstant, showName, showSource } from "./format-constant.js";
import { type ChunkSource, type FunctionSource, forEachNested, sourceOfChunk } from "./function-source.js";
import {
  fieldA,
  fieldAx,
  fieldB,
  fieldBx,
  fieldC,
  fieldSBx,
  opcodeOf,
  RK_CONSTANT,
  signedWords,
} from "./instruction.js";
import {
  OP,
  OPERATIONS,
  type OpcodeName,
  type OperandSlot,
  type Operation,
  operandValue,
} from "./opcodes.js";
import {
  createTextWriter,
  endLine,
  flushText,
  put,
  putInteger,
  putUnicode,
  type TextSink,
  type TextWriter,
} from "./text/text-writer.js";

export interface ListOptions {
  /** False leaves out the tables of constants, locals and upvalues (`luac -l` instead of `luac -l -l`). */
  readonly tables?: boolean;
}

/** Texts up to this length stand behind every instruction that names them. */
const SHORT_NOTE = 40;

/** Characters that longer texts may take behind the instructions of a chunk; then they are cut. */
const NOTE_ROOM = 2 ** 26;

/** One function while it is listed. */
interface Listing {
  readonly prototype: FunctionParts;
  readonly nestedCount: number;
  readonly path: string;
  /** Characters left for long texts, of all functions of the chunk together. */
  readonly room: { left: number };
  /** Constants as text, filled in when first shown: code names the same few again and again. */
  readonly constantTexts: string[];
  readonly upvalueTexts: readonly string[];
}

/** Ends a line with a text of any characters. */
function addLine(writer: TextWriter, line: string): void {
  putUnicode(writer, line);
  endLine(writer);
}

function createListing(source: FunctionSource, path: string, room: Listing["room"]): Listing {
  const prototype = source.read();
  const { upvalues, upvalueNames } = prototype;
  const upvalueTexts = upvalues.map((_, index) => {
    const name = upvalueNames[index] ?? null;
    return name === null ? "-" : showName(name);
  });
  return { prototype, nestedCount: source.nestedCount, path, room, constantTexts: [], upvalueTexts };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function listHead(output: TextWriter, { prototype, nestedCount, path }: Listing): void {
  const { code, lineDefined, lastLineDefined, constants } = prototype;
  const kind = lineDefined === 0 ? "main" : "function";
  const place = `${showSource(prototype.source)}:${lineDefined},${lastLineDefined}`;
  addLine(output, "");
  addLine(output, `${kind} <${place}> (${plural(code.length, "instruction")} at ${path})`);
  const { numParams, isVararg, maxStackSize, upvalues, locals } = prototype;
  const params = `${numParams}${isVararg === 0 ? "" : "+"} param${numParams === 1 ? "" : "s"}`;
  const rest = `${plural(locals.length, "local")}, ${plural(constants.length, "constant")}`;
  addLine(
    output,
    `${params}, ${plural(maxStackSize, "slot")}, ${plural(upvalues.length, "upvalue")}, ${rest}, ${plural(nestedCount, "function")}`,
  );
}

function showConstant({ prototype, constantTexts }: Listing, index: number): string {
  const known = constantTexts[index];
  if (known !== undefined) return known;
  const constant = prototype.constants[index];
  if (constant === undefined) return `no K${index}`;
  const text = formatConstant(constant);
  constantTexts[index] = text;
  return text;
}

function showUpvalue({ upvalueTexts }: Listing, index: number): string {
  return upvalueTexts[index] ?? "-";
}

/**
 * The text as it stands behind an instruction: as luac has it, unless long texts named again and again would
 * make the listing grow out of proportion to the chunk.
 */
function noteText({ room }: Listing, text: string): string {
  if (text.length <= SHORT_NOTE) return text;
  if (text.length > room.left) return `${text.slice(0, SHORT_NOTE)}...`;
  room.left -= text.length;
  return text;
}

function noteConstant(listing: Listing, index: number): string {
  return noteText(listing, showConstant(listing, index));
}

function noteUpvalue(listing: Listing, index: number): string {
  return noteText(listing, showUpvalue(listing, index));
}

/** The constant behind an RK field, `-` for a register. */
function showRk(listing: Listing, field: number): string {
  return field < RK_CONSTANT ? "-" : noteConstant(listing, field - RK_CONSTANT);
}

function noteConstantC(listing: Listing, word: number): string {
  return fieldC(word) < RK_CONSTANT ? "" : showRk(listing, fieldC(word));
}

function noteBothRk(listing: Listing, word: number): string {
  if (fieldB(word) < RK_CONSTANT && fieldC(word) < RK_CONSTANT) return "";
  return `${showRk(listing, fieldB(word))} ${showRk(listing, fieldC(word))}`;
}

function noteJump(_listing: Listing, word: number, pc: number): string {
  return `to ${pc + 2 + fieldSBx(word)}`;
}

function noteUpvalueB(listing: Listing, word: number): string {
  return noteUpvalue(listing, fieldB(word));
}

function noteGettabup(listing: Listing, word: number): string {
  const key = noteConstantC(listing, word);
  return key === "" ? noteUpvalueB(listing, word) : `${noteUpvalueB(listing, word)} ${key}`;
}

function noteSettabup(listing: Listing, word: number): string {
  const parts = [noteUpvalue(listing, fieldA(word))];
  for (const field of [fieldB(word), fieldC(word)])
    if (field >= RK_CONSTANT) parts.push(showRk(listing, field));
  return parts.join(" ");
}

/** The block number of SETLIST, which is in the next word when C is 0. */
function noteSetlist({ prototype }: Listing, word: number, pc: number): string {
  const next = prototype.code[pc + 1];
  if (fieldC(word) !== 0 || next === undefined) return String(fieldC(word));
  return opcodeOf(next) === OP.EXTRAARG ? String(fieldAx(next)) : "the next instruction is not EXTRAARG";
}

/** The constant of LOADKX; nothing after SETLIST, where the operand is no constant. */
function noteExtraarg(listing: Listing, word: number, pc: number): string {
  const before = listing.prototype.code[pc - 1];
  if (before === undefined || opcodeOf(before) !== OP.LOADKX) return "";
  return noteConstant(listing, fieldAx(word));
}

type Note = (listing: Listing, word: number, pc: number) => string;

/** What stands behind the `;` of an opcode. As in luac, nothing for MOD. */
const NOTES: { readonly [Name in OpcodeName]?: Note } = {
  LOADK: (listing, word) => noteConstant(listing, fieldBx(word)),
  GETUPVAL: noteUpvalueB,
  SETUPVAL: noteUpvalueB,
  GETTABUP: noteGettabup,
  SETTABUP: noteSettabup,
  GETTABLE: noteConstantC,
  SELF: noteConstantC,
  SETTABLE: noteBothRk,
  ADD: noteBothRk,
  SUB: noteBothRk,
  MUL: noteBothRk,
  DIV: noteBothRk,
  POW: noteBothRk,
  EQ: noteBothRk,
  LT: noteBothRk,
  LE: noteBothRk,
  JMP: noteJump,
  FORLOOP: noteJump,
  FORPREP: noteJump,
  TFORLOOP: noteJump,
  CLOSURE: ({ path }, word) => `${path}/${fieldBx(word)}`,
  SETLIST: noteSetlist,
  EXTRAARG: noteExtraarg,
};

/** An operand as luac shows it: constants as negative numbers from -1 down. */
function shownOperand(word: number, slot: OperandSlot, isConstantWord: boolean): number {
  const value = operandValue(slot, word);
  switch (slot.kind) {
    case "K":
      return -1 - value;
    case "R":
    case "RK":
      return value < RK_CONSTANT ? value : RK_CONSTANT - 1 - value;
    case "extra":
      return isConstantWord ? -1 - value : value;
    default:
      return value;
  }
}

function putNumber(output: TextWriter, value: number): void {
  if (value < 0) put(output, "-");
  putInteger(output, Math.abs(value));
}

/** Names with what follows them in a line. */
const SHOWN_NAMES: readonly string[] = OPERATIONS.map(({ name }) => `${name.padEnd(9)}\t`);

function listInstruction(
  output: TextWriter,
  listing: Listing,
  operation: Operation,
  word: number,
  pc: number,
): void {
  const before = listing.prototype.code[pc - 1];
  const isConstantWord = before === undefined || opcodeOf(before) === OP.LOADKX;
  put(output, SHOWN_NAMES[operation.opcode] ?? "");
  let isFirst = true;
  for (const slot of operation.operands) {
    if (!isFirst) put(output, " ");
    putNumber(output, shownOperand(word, slot, isConstantWord));
    isFirst = false;
  }
  const note = NOTES[operation.name]?.(listing, word, pc) ?? "";
  if (note === "") return;
  put(output, "\t; ");
  putUnicode(output, note);
}

/** Number and line of an instruction. */
function listPlace(output: TextWriter, pc: number, line: number | bigint): void {
  put(output, "\t");
  putInteger(output, pc + 1);
  put(output, line > 0 ? `\t[${line}]\t` : "\t[-]\t");
}

function listCode(output: TextWriter, listing: Listing): void {
  const { code, codeHigh, lineInfo } = listing.prototype;
  const words = signedWords(code);
  for (let pc = 0; pc < words.length; pc++) {
    const word = words[pc] ?? 0;
    const operation = OPERATIONS[opcodeOf(word)];
    const high = codeHigh?.[pc] ?? 0;
    listPlace(output, pc, lineInfo[pc] ?? 0);
    if (operation === undefined || high !== 0) {
      const digits = (high === 0 ? "" : high.toString(16)) + (word >>> 0).toString(16).padStart(8, "0");
      put(output, `(opcode ${opcodeOf(word)})\t0x${digits}`);
    } else {
      listInstruction(output, listing, operation, word, pc);
    }
    endLine(output);
  }
}

function listTables(output: TextWriter, listing: Listing): void {
  const { constants, locals, upvalues } = listing.prototype;
  addLine(output, `constants (${constants.length}) for ${listing.path}:`);
  for (let index = 0; index < constants.length; index++) {
    addLine(output, `\t${index + 1}\t${showConstant(listing, index)}`);
  }
  addLine(output, `locals (${locals.length}) for ${listing.path}:`);
  locals.forEach(({ name, startPc, endPc }, index) => {
    const [first, last] = [BigInt(startPc) + 1n, BigInt(endPc) + 1n];
    addLine(output, `\t${index}\t${name === null ? "-" : showName(name)}\t${first}\t${last}`);
  });
  addLine(output, `upvalues (${upvalues.length}) for ${listing.path}:`);
  upvalues.forEach(({ inStack, index }, number) => {
    addLine(output, `\t${number}\t${showUpvalue(listing, number)}\t${inStack}\t${index}`);
  });
}

/** What a listing has of all functions. */
interface ListingContext {
  readonly output: TextWriter;
  readonly room: Listing["room"];
  readonly tables: boolean;
}

function listParts({ output, room, tables }: ListingContext, source: FunctionSource, path: string): void {
  const listing = createListing(source, path, room);
  listHead(output, listing);
  listCode(output, listing);
  if (tables) listTables(output, listing);
}

function listFunction(context: ListingContext, source: FunctionSource, path: string, level: number): void {
  listParts(context, source, path);
  if (level > MAX_DEPTH) {
    addLine(context.output, `(functions nested more than ${MAX_DEPTH} levels deep are not listed)`);
    return;
  }
  forEachNested(source, (nested, index) => {
    listFunction(context, nested, `${path}/${index}`, level + 1);
  });
}

/**
 * A listing like that of `luac -l -l`, for chunks of any layout: the same text, except that functions are named
 * by their path (`main/0/2`) where luac prints addresses, that the block number of a SETLIST is always shown as
 * such, that anything out of range is named instead of being read, and that texts of more than 40 characters are
 * cut once they have filled 64 MB. Pc, constants and jump targets count from 1, as luac does.
 */
export function listChunk(chunk: Chunk, options: ListOptions = {}): string {
  const parts: string[] = [];
  listChunkTo(chunk, (text) => parts.push(text), options);
  return parts.join("");
}

/**
 * As {@link listChunk}, for texts that need not be in memory as a whole.
 * @param write is given the text piece by piece; pieces end anywhere
 */
export function listChunkTo(chunk: Chunk, write: (text: string) => void, options: ListOptions = {}): void {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  listSourceTo(sourceOfChunk(chunk), (segment) => write(decoder.decode(segment)), options);
}

/**
 * As {@link listChunkTo}, for a chunk whose functions are read one at a time.
 * @param sink is given the text as UTF-8, piece by piece
 */
export function listSourceTo({ main }: ChunkSource, sink: TextSink, options: ListOptions = {}): void {
  const output = createTextWriter(sink);
  listFunction({ output, room: { left: NOTE_ROOM }, tables: options.tables ?? true }, main, "main", 1);
  flushText(output);
}
