import type { VexFields } from "./form.js";

/** The encoding of a row, taken apart. */
export class RowEncoding {
  readonly prefix: number[] = [];
  readonly opcode: number[] = [];
  rexW = false;
  vex: VexFields | undefined = undefined;
  /** An operand is added to the last opcode byte. */
  opcodeRegister = false;
  /** `/r`, `/rr`, `/0`..`/7` or empty. */
  field = "";
  /** Immediate fields. */
  readonly fields: string[] = [];
  first = false;
  second = false;
  late64 = false;
  exact = false;
  any = false;
  unsized = false;
  defaults64 = false;
  extension = false;
}

function parseVex(token: string): VexFields {
  const map = token.includes("0F38") ? 2 : token.includes("0F3A") ? 3 : 1;
  const prefix = token.includes(".66.") ? 1 : token.includes(".F3.") ? 2 : token.includes(".F2.") ? 3 : 0;
  return { map, prefix, w: token.endsWith(".W1"), wide: token.includes(".256.") };
}

function setMark(token: string, encoding: RowEncoding): boolean {
  switch (token) {
    case "i64":
    case "o64":
    case "since1.5":
    case "until1.4":
      return true;
    case "size1":
      encoding.first = true;
      return true;
    case "size2":
      encoding.second = true;
      return true;
    case "late64":
      encoding.late64 = true;
      return true;
    case "exact":
      encoding.exact = true;
      return true;
    case "anysize":
      encoding.any = true;
      return true;
    case "unsized":
      encoding.unsized = true;
      return true;
    case "d64":
      encoding.defaults64 = true;
      return true;
    default:
      return false;
  }
}

/** Value of an upper-case hex digit. */
function hexValue(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x37;
}

function addToken(token: string, encoding: RowEncoding): void {
  const first = token.charCodeAt(0);
  if (first === 0x2f) {
    if (token === "/is4") encoding.fields.push(token);
    else encoding.field = token;
  } else if (first === 0x5b) encoding.extension = true;
  else if (first >= 0x61) {
    if (!setMark(token, encoding)) encoding.fields.push(token);
  } else if (token === "REX.W") encoding.rexW = true;
  else if (first === 0x56) encoding.vex = parseVex(token);
  else {
    encoding.opcode.push(hexValue(first) * 16 + hexValue(token.charCodeAt(1)));
    if (token.length > 2) encoding.opcodeRegister = true;
  }
}

function isMandatoryPrefix(byte: number | undefined): boolean {
  return byte === 0x66 || byte === 0xf2 || byte === 0xf3 || byte === 0x9b;
}

/** Takes the encoding of a row apart: what stands behind the colon at `colon`. */
export function parseRowEncoding(row: string, colon: number): RowEncoding {
  const encoding = new RowEncoding();
  let start = colon + 1;
  for (let i = start; i <= row.length; i++) {
    if (i < row.length && row.charCodeAt(i) !== 0x20) continue;
    if (i > start) addToken(row.slice(start, i), encoding);
    start = i + 1;
  }
  while (encoding.opcode.length > 1 && isMandatoryPrefix(encoding.opcode[0])) {
    encoding.prefix.push(encoding.opcode.shift() ?? 0);
  }
  return encoding;
}
