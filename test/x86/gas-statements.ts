import { compileRow, rowApplies } from "../../src/x86/compile-form.js";
import type { Form } from "../../src/x86/form.js";
import { rowsOf } from "../../src/x86/form-table.js";
import { listMnemonics } from "../../src/x86/list-forms.js";
import type { Mode } from "../../src/x86/registers.js";

/** One operand in the syntax of this project and of GNU as. */
interface Sample {
  readonly own: string;
  readonly gas: string;
}

export interface Statement {
  readonly mnemonic: string;
  readonly form: Form;
  readonly own: string;
  readonly gas: string;
}

const same = (...texts: string[]): Sample[] => texts.map((text) => ({ own: text, gas: text }));

const POINTERS: Readonly<Record<string, readonly [keyword: string, pointer: string]>> = {
  "8": ["byte", "byte ptr"],
  "16": ["word", "word ptr"],
  "32": ["dword", "dword ptr"],
  "64": ["qword", "qword ptr"],
  "80": ["tword", "tbyte ptr"],
  "128": ["oword", "xmmword ptr"],
  "256": ["yword", "ymmword ptr"],
  "": ["", ""],
};

function memory(bits: string, mode: Mode): Sample[] {
  const [keyword, pointer] = POINTERS[bits] ?? ["", ""];
  const addresses = mode === "x64" ? ["[rbx]", "[r13+r9*4+8]", "[rsp-0x200]"] : ["[ebx]", "[ebp+esi*4+8]"];
  return addresses.map((address) => ({
    own: `${keyword} ${address}`.trim(),
    gas: `${pointer} ${address}`.trim(),
  }));
}

function registers(bits: string, mode: Mode): Sample[] {
  const high = mode === "x64";
  switch (bits) {
    case "8":
      return high
        ? same("bl").concat({ own: "r4b", gas: "spl" }, { own: "r9b", gas: "r9b" })
        : same("bl", "ah");
    case "16":
      return high ? same("cx", "r9w") : same("cx");
    case "32":
      return high ? same("ecx", "r9d") : same("ecx");
    case "64":
      return high ? same("rdi", "r9") : [];
    case "xmm":
    case "ymm":
      return high ? same(`${bits}1`, `${bits}9`) : same(`${bits}1`, `${bits}6`);
    default:
      return [];
  }
}

/** The sizes that a letter family stands for. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  "*": ["8", "16", "32", "64"],
  v: ["16", "32", "64"],
  y: ["32", "64"],
  xy: ["xmm", "ymm"],
};

const VECTOR_BITS: Readonly<Record<string, string>> = { xmm: "128", ymm: "256" };

function vectorAddresses(index: string, mode: Mode): Sample[] {
  const base = mode === "x64" ? "r9" : "ebx";
  return same(`[${base}+${index}3*4+8]`, `[${index}${mode === "x64" ? 12 : 5}*8]`);
}

function fixedSamples(token: string, mode: Mode): Sample[] | undefined {
  switch (token) {
    case "imm8":
      return same("5", "200");
    case "imm8s":
    case "rel8":
      return same("5", "-100");
    case "imm16":
      return same("300");
    case "imm":
      return same("5", "100");
    case "1":
    case "cl":
    case "al":
    case "ax":
    case "eax":
    case "dx":
    case "xmm0":
      return same(token);
    case "st":
      return [{ own: "st3", gas: "st(3)" }];
    case "st0":
      return [{ own: "st0", gas: "st" }];
    case "moffs":
      return [{ own: "[0x12345678]", gas: "ds:0x12345678" }];
    case "vm32x":
    case "vm64x":
      return vectorAddresses("xmm", mode);
    case "vm32y":
    case "vm64y":
      return vectorAddresses("ymm", mode);
    case "imm~":
    case "rel32":
      return [];
    default:
      return undefined;
  }
}

const ACCUMULATORS: Readonly<Record<string, string>> = { "8": "al", "16": "ax", "32": "eax", "64": "rax" };

/** Samples of an operand token; `family` is the size that the letter families of the form have. */
function samplesOf(token: string, family: string, mode: Mode): Sample[] {
  const fixed = fixedSamples(token, mode);
  if (fixed !== undefined) return fixed;
  if (token === "xy/m") return registers(family, mode).concat(memory(VECTOR_BITS[family] ?? "", mode));
  if (token === "mxy") return memory(VECTOR_BITS[family] ?? "", mode);
  if (token === "xmm/m128") return registers("xmm", mode).concat(memory("128", mode));
  if (token === "ymm/m256") return registers("ymm", mode).concat(memory("256", mode));
  if (token === "xmm" || token === "ymm") return registers(token, mode);
  if (token === "xy") return registers(family, mode);
  const either = token.startsWith("rm");
  const letters = token.slice(either ? 2 : 1);
  const bits = Object.hasOwn(FAMILIES, letters) ? family : letters;
  if (token.startsWith("a")) return same(ACCUMULATORS[bits] ?? "");
  if (either) return registers(bits, mode).concat(memory(bits, mode));
  return token.startsWith("m") ? memory(bits, mode) : registers(bits, mode);
}

function familyOf(form: Form, mode: Mode): readonly string[] {
  for (const operand of form.operands) {
    const letters = /^(?:xy\/m|mxy|xy)$/.test(operand) ? "xy" : operand.replace(/^(?:rm|r|m|a)/, "");
    const sizes = FAMILIES[letters];
    if (sizes === undefined) continue;
    if (!form.defaults64) return mode === "x64" ? sizes : sizes.filter((bits) => bits !== "64");
    return sizes.filter((bits) => bits !== (mode === "x64" ? "32" : "64"));
  }
  return [""];
}

/** Mnemonics that GNU as spells otherwise. */
const GAS_NAMES: Readonly<Record<string, string>> = {
  fpop: "fstp st",
  vptestps: "vtestps",
  vptestpd: "vtestpd",
  sysret: "sysretd",
};

/** Bytes of the short jumps, whose target GNU as wants relative to their start. */
function shortJumpLength(mnemonic: string, mode: Mode): number {
  if (mnemonic.startsWith("loop") || mnemonic === "jrcxz") return 2;
  if (mnemonic === "jecxz") return mode === "x64" ? 3 : 2;
  return mnemonic === "jcxz" ? 3 : 0;
}

type Rewrite = (operands: readonly string[]) => readonly string[];

const narrow = (index: number): Rewrite => {
  return (operands) => operands.with(index, (operands.at(index) ?? "").replace("ymm", "xmm"));
};

/** Operands that the reference wants and GNU as spells otherwise, by mnemonic and operand count. */
const REWRITES: readonly (readonly [statement: RegExp, rewrite: Rewrite])[] = [
  [/^vcvtpd2(?:dq|ps)\/2$/, narrow(0)],
  [/^(?:vpmov[sz]x\w+\/2|vps(?:ll|ra|rl)[wdq]\/3)$/, narrow(-1)],
  [/^vsqrts[sd]\/2$/, (operands) => operands.toSpliced(1, 0, "xmm0")],
  [/^movddup\/2$/, (operands) => operands.map((text) => text.replace("xmmword", "qword"))],
  [/^rsqrtss\/2$/, (operands) => operands.map((text) => text.replace("xmmword", "dword"))],
  [/^fcmov\w+\/1$/, (operands) => ["st", ...operands]],
  [/^(?:fxch|fcomp?|fucomp?)\/2$/, (operands) => operands.filter((text) => text !== "st")],
  [/^f\w+\/2$/, (operands) => (operands[1]?.includes("ptr") ? operands.slice(1) : operands)],
];

function nameForGas(mnemonic: string, operands: readonly string[], mode: Mode): string {
  if (mnemonic === "vmovd" && operands.some((text) => text.startsWith("qword"))) return "vmovq";
  if (mnemonic === "sysexit" && mode === "x64") return "sysexitd";
  return GAS_NAMES[mnemonic] ?? mnemonic;
}

/** A statement for GNU as; operands of the reference's own spellings become those of the manuals. */
function toGas(mnemonic: string, operands: readonly string[], mode: Mode): string {
  const jump = shortJumpLength(mnemonic, mode);
  if (jump > 0) return `${mnemonic} .+${jump}+${operands[0]}`;
  const rewrite = REWRITES.find(([statement]) => statement.test(`${mnemonic}/${operands.length}`))?.[1];
  const texts = rewrite === undefined ? operands : rewrite(operands);
  return `${nameForGas(mnemonic, operands, mode)} ${texts.join(", ")}`.trim();
}

/** Statements that vary one operand at a time. */
function vary(mnemonic: string, form: Form, samples: readonly Sample[][], mode: Mode): Statement[] {
  if (samples.some((choices) => choices.length === 0)) return [];
  const first = samples.flatMap((choices) => choices.slice(0, 1));
  const combinations = [first];
  samples.forEach((choices, index) => {
    for (const choice of choices.slice(1)) combinations.push(first.with(index, choice));
  });
  combinations.push(samples.flatMap((choices) => choices.slice(-1)));
  return combinations.map((operands) => ({
    mnemonic,
    form,
    own: `${mnemonic} ${operands.map((operand) => operand.own).join(", ")}`.trim(),
    gas: toGas(
      mnemonic,
      operands.map((operand) => operand.gas),
      mode,
    ),
  }));
}

/** Statements for every form of every mnemonic, with samples of each operand. */
export function generateStatements(mode: Mode): Statement[] {
  const statements: Statement[] = [];
  for (const mnemonic of listMnemonics()) {
    for (const row of rowsOf(mnemonic)) {
      if (!rowApplies(row, mode, "1.5")) continue;
      for (const form of compileRow(row, mode)) {
        for (const family of familyOf(form, mode)) {
          const samples = form.operands.map((token) => samplesOf(token, family, mode));
          statements.push(...vary(mnemonic, form, samples, mode));
        }
      }
    }
  }
  return statements;
}
