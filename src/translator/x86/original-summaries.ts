import type { Mode } from "../../x86/registers.js";

/**
 * Operand summaries that the original prints otherwise than its forms would tell here, because its table
 * divides these instructions into other rows: the summaries, then mnemonics and modes.
 */
// biome-ignore format: one list per line
const SUMMARIES: readonly (readonly [summaries: string, mnemonics: string, mode?: Mode])[] = [
  ["", "popfd pushfd", "x64"],
  ["reg | reg | mrm | mrm", "pop", "x64"],
  ["reg | reg | mrm | mrm | imm | imm", "push", "x64"],
  ["mrm, reg | reg, mrm | reg, imm | reg, imm | mrm, imm", "mov", "x64"],
  ["reg, mrm | mrm, reg", "movd vmovd", "x64"],
  ["reg, mrm | mrm, reg", "movapd movaps movdqa movdqu movupd movups vmovapd vmovaps vmovdqa vmovdqu vmovupd vmovups"],
  ["reg, mrm | reg, mrm | reg, mrm | reg, mrm", "crc32"],
  ["reg, mrm | reg, mrm | reg, mrm | reg, mrm | reg, mrm", "movsx movzx"],
  ["reg, reg | reg, reg | reg, mem | reg, mem", "cvtsd2si cvtss2si cvttsd2si cvttss2si"],
  ["reg, mem | reg, mem | reg, reg | reg, reg", "vbroadcastss"],
  ["reg, mem | reg, reg", "vbroadcastsd"],
  ["reg, reg | reg, mem | reg, reg | reg, mem", "vpbroadcastb vpbroadcastd vpbroadcastq vpbroadcastw"],
  ["reg, mrm | reg, reg | reg, mem", "vmovddup"],
  ["reg, reg | reg, mem | reg, mem", "vpmovsxbd vpmovsxbq vpmovsxbw vpmovsxdq vpmovsxwd vpmovsxwq vpmovzxbd vpmovzxbq vpmovzxbw vpmovzxdq vpmovzxwd vpmovzxwq"],
  ["mrm, reg, imm | reg, reg, imm", "extractps"],
  ["reg, reg, imm | reg, reg, imm | mem, reg, imm", "pextrb vpextrb"],
  ["mrm, reg, imm | mrm, reg, cl | mrm, reg, cl | mrm, reg, cl", "shld shrd"],
  ["reg, imm | reg, [disp] | [disp], reg", "mov64", "x64"],
  ["stx, st0 | st0, stx", "fxch"],
];

/** The summaries of a mnemonic with one number of operands. */
export interface MnemonicSummaries {
  readonly mnemonic: string;
  readonly count: number;
  readonly summaries: readonly string[];
}

function operandCountOf(summary: string): number {
  return summary === "" ? 0 : summary.split(",").length;
}

/** The summaries of one mode that do not follow from the forms. */
export function originalSummaries(mode: Mode): readonly MnemonicSummaries[] {
  return SUMMARIES.filter(([, , only]) => only === undefined || only === mode).flatMap(
    ([text, mnemonics]) => {
      const summaries = text.split(" | ");
      const count = operandCountOf(summaries[0] ?? "");
      return mnemonics.split(" ").map((mnemonic) => ({ mnemonic, count, summaries }));
    },
  );
}
