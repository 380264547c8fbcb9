import { findPackage } from "./optional-package.js";

/** One decoded instruction. */
export interface DecodedInstruction {
  readonly offset: number;
  readonly length: number;
  readonly mnemonic: string;
  readonly operands: string;
  /** Whether the bytes are no instruction. */
  readonly invalid: boolean;
  /** Target of a jump or call with a relative operand, from the start of the code. */
  readonly branchTarget?: number;
  /** What a rip-relative memory operand refers to, from the start of the code. */
  readonly memoryTarget?: number;
}

/** Decodes bytes that stand at the offset `start` of the code. */
export type Disassembler = (
  bytes: Uint8Array,
  bitness: 32 | 64,
  start: number,
) => readonly DecodedInstruction[];

interface IcedInstruction {
  readonly ip: bigint;
  readonly length: number;
  readonly isInvalid: boolean;
  readonly opCount: number;
  readonly isIpRelMemoryOperand: boolean;
  readonly ipRelMemoryAddress: bigint;
  readonly nearBranchTarget: bigint;
  opKind(operand: number): number;
  free(): void;
}

interface IcedDecoder {
  ip: bigint;
  readonly canDecode: boolean;
  decode(): IcedInstruction;
  free(): void;
}

interface IcedFormatter {
  hexPrefix: string;
  hexSuffix: string;
  uppercaseHex: boolean;
  smallHexNumbersInDecimal: boolean;
  spaceAfterOperandSeparator: boolean;
  ripRelativeAddresses: boolean;
  showBranchSize: boolean;
  formatMnemonic(instruction: IcedInstruction): string;
  formatAllOperands(instruction: IcedInstruction): string;
  free(): void;
}

/** The part of iced-x86 that is used here. */
interface Iced {
  readonly Decoder: new (bitness: number, bytes: Uint8Array, options: number) => IcedDecoder;
  readonly Formatter: new (syntax: number) => IcedFormatter;
  readonly FormatterSyntax: { readonly Intel: number };
  readonly OpKind: { readonly NearBranch16: number; readonly NearBranch64: number };
}

function createFormatter(iced: Iced): IcedFormatter {
  const formatter = new iced.Formatter(iced.FormatterSyntax.Intel);
  formatter.hexPrefix = "0x";
  formatter.hexSuffix = "";
  formatter.uppercaseHex = false;
  formatter.smallHexNumbersInDecimal = true;
  formatter.spaceAfterOperandSeparator = true;
  formatter.ripRelativeAddresses = true;
  formatter.showBranchSize = false;
  return formatter;
}

/** Offsets of targets before the start come out of the decoder as huge numbers. */
function toOffset(address: bigint, bitness: 32 | 64): number {
  return Number(BigInt.asIntN(bitness, address));
}

function describeInstruction(
  iced: Iced,
  formatter: IcedFormatter,
  instruction: IcedInstruction,
  bitness: 32 | 64,
): DecodedInstruction {
  const kind = instruction.opCount > 0 ? instruction.opKind(0) : -1;
  const branches = kind >= iced.OpKind.NearBranch16 && kind <= iced.OpKind.NearBranch64;
  return {
    offset: Number(instruction.ip),
    length: instruction.length,
    mnemonic: formatter.formatMnemonic(instruction),
    operands: formatter.formatAllOperands(instruction),
    invalid: instruction.isInvalid,
    ...(branches ? { branchTarget: toOffset(instruction.nearBranchTarget, bitness) } : {}),
    ...(instruction.isIpRelMemoryOperand
      ? { memoryTarget: toOffset(instruction.ipRelMemoryAddress, bitness) }
      : {}),
  };
}

function disassembleWith(
  iced: Iced,
  bytes: Uint8Array,
  bitness: 32 | 64,
  start: number,
): readonly DecodedInstruction[] {
  const decoder = new iced.Decoder(bitness, bytes, 0);
  const formatter = createFormatter(iced);
  const found: DecodedInstruction[] = [];
  try {
    decoder.ip = BigInt(start);
    while (decoder.canDecode) {
      const instruction = decoder.decode();
      found.push(describeInstruction(iced, formatter, instruction, bitness));
      instruction.free();
    }
  } finally {
    formatter.free();
    decoder.free();
  }
  return found;
}

/** A disassembler made of the package iced-x86, or undefined where that is not installed. */
export function findDisassembler(): Disassembler | undefined {
  const iced = findPackage("iced-x86") as Iced | undefined;
  if (iced === undefined) return undefined;
  return (bytes, bitness, start) => disassembleWith(iced, bytes, bitness, start);
}
