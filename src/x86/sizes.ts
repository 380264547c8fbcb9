/** Operand sizes as bits, so that a set of sizes is a number. */
export const Size = {
  none: 0,
  byte: 1,
  word: 2,
  dword: 4,
  qword: 8,
  tword: 16,
  oword: 32,
  yword: 64,
  /** The size class of x87 registers, which agrees with no memory size. */
  fp: 128,
  /** In the sizes of a form's operand: it may have none. */
  unsized: 256,
} as const;

/** The letter that messages show for a size; `?` for an operand without size. */
export function sizeLetter(size: number): string {
  switch (size) {
    case Size.byte:
      return "b";
    case Size.word:
      return "w";
    case Size.dword:
      return "d";
    case Size.qword:
      return "q";
    case Size.tword:
      return "t";
    case Size.oword:
      return "o";
    case Size.yword:
      return "y";
    case Size.fp:
      return "f";
    default:
      return "?";
  }
}

/** Number of bytes of a size; 0 for the ones that have none. */
export function sizeBytes(size: number): number {
  switch (size) {
    case Size.byte:
      return 1;
    case Size.word:
      return 2;
    case Size.dword:
      return 4;
    case Size.qword:
      return 8;
    case Size.tword:
      return 10;
    case Size.oword:
      return 16;
    case Size.yword:
      return 32;
    default:
      return 0;
  }
}

/** The size that a keyword such as `dword` names, or `Size.none`. `addressSize` is that of `aword`. */
export function sizeOfKeyword(word: string, addressSize: number): number {
  switch (word) {
    case "byte":
      return Size.byte;
    case "word":
      return Size.word;
    case "dword":
      return Size.dword;
    case "qword":
      return Size.qword;
    case "tword":
      return Size.tword;
    case "oword":
      return Size.oword;
    case "yword":
      return Size.yword;
    case "aword":
      return addressSize;
    default:
      return Size.none;
  }
}
