import { ACTION } from "../../x86/actions.js";
import type { Form } from "../../x86/form.js";
import type { Mode, Register, RegisterSet } from "../../x86/registers.js";
import { Size } from "../../x86/sizes.js";
import type { EngineVersion } from "../architecture.js";
import { allForms, type InstructionTable, MOST_OPERANDS } from "./instruction-table.js";
import { type MnemonicSummaries, originalSummaries } from "./original-summaries.js";

const RELEASES: Readonly<Record<EngineVersion, string>> = {
  "1.3": "version 1.3.0",
  "1.4": "version 1.4.0_luamode, released 2015-10-18",
  "1.5": "version 1.5.0, released 2021-05-02",
};

/** Parameters of the directives as the dump names them; the ones of data exist in some versions only. */
const DIRECTIVE_PARAMETERS: readonly (readonly [name: string, parameters: string])[] = [
  [".actionlist", "cvar"],
  [".addr", "imm..."],
  [".align", "numpow2"],
  [".arch", "name"],
  [".aword", "imm..."],
  [".byte", "imm..."],
  [".capture", "name"],
  [".define", "name"],
  [".define", "name, subst"],
  [".dumpcapture", "name"],
  [".dword", "imm..."],
  [".elif", "condition"],
  [".else", ""],
  [".endcapture", ""],
  [".endif", ""],
  [".endmacro", ""],
  [".error", "message"],
  [".externnames", "cvar"],
  [".fatal", "message"],
  [".globalnames", "cvar"],
  [".globals", "prefix"],
  [".if", "condition"],
  [".include", "filename"],
  [".label", "[1-9] | ->global | =>pcexpr  [, addr]"],
  [".label", "[1-9] | ->global | =>pcexpr  [, addr]"],
  [".long", "imm..."],
  [".macro", "name [, params...]"],
  [".nop", "[ignored...]"],
  [".quad", "imm..."],
  [".qword", "imm..."],
  [".sbyte", "imm..."],
  [".section", "name..."],
  [".space", "num [, filler]"],
  [".space", "num [, filler]"],
  [".type", "name, ctype"],
  [".type", "name, ctype, reg"],
  [".word", "imm..."],
];

function sizeName(size: number): string {
  switch (size) {
    case Size.qword:
      return "qword";
    case Size.dword:
      return "dword";
    case Size.word:
      return "word";
    case Size.byte:
      return "byte";
    case Size.oword:
      return "oword";
    case Size.yword:
      return "yword";
    default:
      return "fpword";
  }
}

const CLASSES = [Size.qword, Size.dword, Size.word, Size.byte, Size.fp, Size.oword, Size.yword];

function describeRegister(register: Register): string {
  const number = register.number < 0 ? "(variable)" : String(register.number);
  return `  ${register.name.padEnd(5)} ${sizeName(register.size).padEnd(8)} ${number}`;
}

function describeRegisters(registers: RegisterSet): string[] {
  const lines = ["Register names, sizes and internal numbers:"];
  for (const size of CLASSES) {
    const members = [...registers.byToken.values()].filter((register) => register.size === size);
    if (members.length === 0) continue;
    const variable = members.filter((register) => register.number < 0);
    const fixed = members.filter((register) => register.number >= 0);
    lines.push(...[...variable, ...fixed].map(describeRegister), "");
  }
  return lines;
}

function describeActions(): string[] {
  const lines = ["DynASM encoding engine action codes:"];
  for (const [name, code] of Object.entries(ACTION)) {
    lines.push(`  ${name.padEnd(10)} ${code.toString(16).toUpperCase()}  ${code}`);
  }
  return [...lines, ""];
}

/** The summary's word for an operand of a form. */
function summarize(operand: string): string {
  if (operand === "1" || operand === "cl" || operand === "st0") return operand;
  if (operand === "st") return "stx";
  if (operand === "rel32") return "lbl";
  if (operand.startsWith("imm")) return "imm";
  if (operand === "xmm0" || operand.startsWith("a") || operand === "eax") return "eax";
  if (operand === "dx") return "reg";
  if (operand.startsWith("rm") || operand.includes("/")) return "mrm";
  return operand.startsWith("m") || operand.startsWith("v") ? "mem" : "reg";
}

/** Forms that the summary leaves out: narrower variants of an immediate form that follows. */
function isVariant(form: Form): boolean {
  return form.operands.some((operand) => operand === "imm~" || operand === "imm8s" || operand === "moffs");
}

/** The summaries of one number of operands; forms that DynASM does not have count where it has none. */
function summarizeForms(forms: readonly Form[]): readonly string[] {
  const own = forms.filter((form) => !form.extension);
  const candidates = own.length > 0 ? own : forms;
  const shown = candidates.filter((form) => !isVariant(form));
  const summaries = (shown.length > 0 ? shown : candidates).map((form) =>
    form.operands.map(summarize).join(", "),
  );
  return own.length > 0 ? summaries : [...new Set(summaries)];
}

/** The lines of the list of opcodes by what they are sorted by: mnemonic and number of operands. */
function opcodeSummaries(mode: Mode, table: InstructionTable): Map<string, MnemonicSummaries> {
  const found = new Map<string, MnemonicSummaries>();
  const add = (entry: MnemonicSummaries): void => {
    found.set(`${entry.mnemonic}_${entry.count}`, entry);
  };
  for (const mnemonic of table.mnemonics()) {
    for (let count = 0; count <= MOST_OPERANDS; count++) {
      const summaries = summarizeForms(allForms(table.forms(mnemonic, count)));
      if (summaries.length > 0) add({ mnemonic, count, summaries });
    }
  }
  originalSummaries(mode).forEach(add);
  return found;
}

function describeOpcodes(
  table: InstructionTable,
  hasDirective: (name: string) => boolean,
  mode: Mode,
): string[] {
  const line = (name: string, operands: string): string => `  ${name.padEnd(12)} ${operands}`;
  const directives = DIRECTIVE_PARAMETERS.filter(([name]) => hasDirective(name));
  const opcodes = [...opcodeSummaries(mode, table)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return [
    "Pseudo-Opcodes:",
    ...directives.map(([name, parameters]) => line(name, parameters)),
    "",
    "Opcodes:",
    ...opcodes.flatMap(([, { mnemonic, summaries }]) => summaries.map((summary) => line(mnemonic, summary))),
    "",
  ];
}

/** The text of `-A` from its second line on. `hasDirective` tells which data directives exist. */
export function describeArchitecture(
  mode: Mode,
  engine: EngineVersion,
  registers: RegisterSet,
  table: InstructionTable,
  hasDirective: (name: string) => boolean,
): string {
  const lines = [
    `DynASM ${mode} ${RELEASES[engine]}`,
    "",
    ...describeRegisters(registers),
    ...describeActions(),
    ...describeOpcodes(table, hasDirective, mode),
  ];
  return `${lines.join("\n")}\n`;
}
