import { VERSION } from "./chunk.js";
import { bytesLong, decodeField, type FieldRow, type HeaderField } from "./header-field.js";
import { nameVersion } from "./read-header.js";

/** What is known about a file that is no Lua 5.2 chunk. */
export interface ForeignInfo {
  readonly kind: string;
  readonly fields?: readonly HeaderField[];
  readonly advice: readonly string[];
}

const DATA_TAIL = [0x19, 0x93, 0x0d, 0x0a, 0x1a, 0x0a];
/** 0x5678 and 370.5, which Lua 5.3 and 5.4 write so that a loader notices another byte order. */
const TEST_INTEGER = [0x78, 0x56, 0, 0, 0, 0, 0, 0];
const TEST_NUMBER = [0, 0, 0, 0, 0, 0x28, 0x77, 0x40];

/** What the test values look like in every layout. */
const TEST_INTEGERS: Readonly<Record<string, string>> = {
  "78 56 00 00 00 00 00 00": "0x5678, little-endian",
  "00 00 00 00 00 00 56 78": "0x5678, big-endian",
  "78 56 00 00": "0x5678, little-endian",
  "00 00 56 78": "0x5678, big-endian",
};
const TEST_NUMBERS: Readonly<Record<string, string>> = {
  "00 00 00 00 00 28 77 40": "370.5, little-endian",
  "40 77 28 00 00 00 00 00": "370.5, big-endian",
  "00 40 B9 43": "370.5, little-endian",
  "43 B9 40 00": "370.5, big-endian",
};

const explainTestInteger = (_: number, bytes: string): string =>
  TEST_INTEGERS[bytes] ?? "not 0x5678: damaged";
const explainTestNumber = (_: number, bytes: string): string => TEST_NUMBERS[bytes] ?? "not 370.5: damaged";

const explainFormat = (value: number): string => (value === 0 ? "official" : "not official");
const explainOrder = (value: number): string => ["big-endian", "little-endian"][value] ?? "neither 0 nor 1";
const explainIntegral = (value: number): string =>
  ["floating-point numbers", "integer numbers"][value] ?? "neither 0 nor 1";

/** A row of one byte. */
function byteRow(name: string, offset: number, expected: number, explain: FieldRow["explain"]): FieldRow {
  return { name, offset, size: 1, expected: [expected], explain };
}

const ROWS_OF_51: readonly FieldRow[] = [
  byteRow("format", 5, 0, explainFormat),
  byteRow("byte order", 6, 1, explainOrder),
  byteRow("size of int", 7, 4, bytesLong),
  byteRow("size of size_t", 8, 8, bytesLong),
  byteRow("size of instruction", 9, 4, bytesLong),
  byteRow("size of number", 10, 8, bytesLong),
  byteRow("integral flag", 11, 0, explainIntegral),
];

/** Rows after the version in Lua 5.3 and 5.4: the sizes named, then two test values of the last two sizes. */
function modernRows(
  bytes: Uint8Array,
  sizes: readonly (readonly [name: string, expected: number])[],
): FieldRow[] {
  const rows: FieldRow[] = [
    byteRow("format", 5, 0, explainFormat),
    { name: "tail", offset: 6, size: 6, expected: DATA_TAIL, explain: () => "shows transfers in text mode" },
    ...sizes.map(([name, expected], index) => byteRow(`size of ${name}`, 12 + index, expected, bytesLong)),
  ];
  const end = 12 + sizes.length;
  const integerSize = Math.min(bytes[end - 2] ?? 8, 16);
  const numberSize = Math.min(bytes[end - 1] ?? 8, 16);
  rows.push(
    {
      name: "test integer",
      offset: end,
      size: integerSize,
      expected: TEST_INTEGER,
      explain: explainTestInteger,
    },
    {
      name: "test number",
      offset: end + integerSize,
      size: numberSize,
      expected: TEST_NUMBER,
      explain: explainTestNumber,
    },
    {
      name: "upvalues of main",
      offset: end + integerSize + numberSize,
      size: 1,
      expected: [],
      explain: String,
    },
  );
  return rows;
}

function rowsOfVersion(bytes: Uint8Array, version: number): readonly FieldRow[] {
  switch (version) {
    case 0x51:
      return ROWS_OF_51;
    case 0x53:
      return modernRows(bytes, [
        ["int", 4],
        ["size_t", 8],
        ["instruction", 4],
        ["integer", 8],
        ["number", 8],
      ]);
    case 0x54:
      return modernRows(bytes, [
        ["instruction", 4],
        ["integer", 8],
        ["number", 8],
      ]);
    default:
      return [];
  }
}

function describeLua(bytes: Uint8Array, version: number): ForeignInfo {
  const name = nameVersion(version);
  const signature: FieldRow = {
    name: "signature",
    offset: 0,
    size: 4,
    expected: [],
    explain: () => 'ESC "Lua"',
  };
  const fields = [
    decodeField(bytes, signature, name),
    decodeField(bytes, byteRow("version", 4, VERSION, nameVersion), "stock Lua 5.2"),
    ...rowsOfVersion(bytes, version).map((row) => decodeField(bytes, row, `stock ${name}`)),
  ];
  const advice = [
    `the version byte is 0x${version.toString(16).padStart(2, "0")} (${name}), not 0x52: instructions and fields differ`,
    "bytecode of one Lua version cannot be converted to another: compile the source again with luac5.2",
  ];
  if (fields.length === 2) advice.push("the other fields of this version are not decoded");
  return { kind: `${name} chunk`, fields, advice };
}

const JIT_FLAGS = ["big-endian", "stripped", "uses FFI", "64-bit frames (FR2)"];

function explainJitVersion(value: number): string {
  return ["", "LuaJIT 2.0", "LuaJIT 2.1"][value] || `unknown bytecode version ${value}`;
}

function explainJitFlags(value: number): string {
  const flags = JIT_FLAGS.filter((_, bit) => (value & (1 << bit)) !== 0);
  return flags.length === 0 ? "none" : flags.join(", ");
}

function describeLuajit(bytes: Uint8Array): ForeignInfo {
  const rows: FieldRow[] = [
    { name: "signature", offset: 0, size: 3, expected: [], explain: () => 'ESC "LJ"' },
    { name: "version", offset: 3, size: 1, expected: [], explain: explainJitVersion },
    { name: "flags", offset: 4, size: 1, expected: [], explain: explainJitFlags },
  ];
  const advice = [
    "byte 2 is 4A (LuaJIT), not 75 (Lua): the formats have nothing in common",
    "list it with luajit -bl, or compile the source with luac5.2",
  ];
  return { kind: "LuaJIT bytecode", fields: rows.map((row) => decodeField(bytes, row, "LuaJIT")), advice };
}

/** Decodes the header of chunks of other Lua versions and of LuaJIT; undefined for anything else. */
export function describeForeignHeader(bytes: Uint8Array): ForeignInfo | undefined {
  const [first, l, second, a] = bytes;
  if (first !== 0x1b || l !== 0x4c) return undefined;
  if (second === 0x4a) return describeLuajit(bytes);
  if (second !== 0x75 || a !== 0x61) return undefined;
  const version = bytes[4];
  return version === undefined ? undefined : describeLua(bytes, version);
}
