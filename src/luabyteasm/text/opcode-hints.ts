import { OPERATIONS } from "../opcodes.js";
import { suggestWord } from "./suggest.js";

/** Opcodes of other Lua versions and what takes their place here. */
const FOREIGN_OPCODES: Readonly<Record<string, string>> = {
  GETGLOBAL: "an opcode of Lua 5.1: write GETTABUP R<a> U<env> K<name>",
  SETGLOBAL: "an opcode of Lua 5.1: write SETTABUP U<env> K<name> R<a>",
  CLOSE: "an opcode of Lua 5.1: write JMP <first register + 1> 0, which closes upvalues",
  LOADI: "an opcode of Lua 5.4: write LOADK",
  LOADF: "an opcode of Lua 5.4: write LOADK",
  LOADTRUE: "an opcode of Lua 5.4: write LOADBOOL R<a> 1 0",
  LOADFALSE: "an opcode of Lua 5.4: write LOADBOOL R<a> 0 0",
  LFALSESKIP: "an opcode of Lua 5.4: write LOADBOOL R<a> 0 1",
  GETFIELD: "an opcode of Lua 5.4: write GETTABLE R<a> R<b> K<c>",
  SETFIELD: "an opcode of Lua 5.4: write SETTABLE R<a> K<b> R<c>",
  GETI: "an opcode of Lua 5.4: write GETTABLE",
  SETI: "an opcode of Lua 5.4: write SETTABLE",
  RETURN0: "an opcode of Lua 5.4: write RETURN R0 1",
  RETURN1: "an opcode of Lua 5.4: write RETURN R<a> 2",
  ADDK: "an opcode of Lua 5.4: write ADD R<a> R<b> K<c>",
  ADDI: "an opcode of Lua 5.4: write ADD R<a> R<b> K<c>",
  SUBK: "an opcode of Lua 5.4: write SUB R<a> R<b> K<c>",
  MULK: "an opcode of Lua 5.4: write MUL R<a> R<b> K<c>",
  EQK: "an opcode of Lua 5.4: write EQ",
  VARARGPREP: "an opcode of Lua 5.4: write is_vararg=1 in .header",
  TFORPREP: "an opcode of Lua 5.4: write JMP",
  IDIV: "an opcode of Lua 5.3: Lua 5.2 has no integer division",
  BAND: "an opcode of Lua 5.3: Lua 5.2 has no bitwise operators",
  BOR: "an opcode of Lua 5.3: Lua 5.2 has no bitwise operators",
  BXOR: "an opcode of Lua 5.3: Lua 5.2 has no bitwise operators",
  SHL: "an opcode of Lua 5.3: Lua 5.2 has no bitwise operators",
  SHR: "an opcode of Lua 5.3: Lua 5.2 has no bitwise operators",
  BNOT: "an opcode of Lua 5.3: Lua 5.2 has no bitwise operators",
};

/** What an unknown mnemonic may have been meant to be. */
export function hintForOpcode(word: string): string | undefined {
  if (word.startsWith("--") || word.startsWith("//") || word.startsWith("#")) return "comments start with ;";
  const upper = word.toUpperCase();
  const names = OPERATIONS.map(({ name }) => name);
  const exact = names.find((name) => name === upper);
  if (exact !== undefined) return `did you mean ${exact}? opcodes are upper case`;
  const foreign = Object.hasOwn(FOREIGN_OPCODES, upper) ? FOREIGN_OPCODES[upper] : undefined;
  if (foreign !== undefined) return `${upper} is ${foreign}`;
  const near = suggestWord(word, names);
  return near === undefined ? undefined : `did you mean ${near}?`;
}
