import { describe, expect, test } from "vitest";
import {
  decodeStatus,
  explain,
  formatExplanation,
  formatStatus,
  parseStatus,
  STATUS,
} from "../../src/dasm/index.js";
import type { ActionSourceMap } from "../../src/diagnostics/action-source-map.js";
import { actionBytes } from "./action-bytes.js";

const map: ActionSourceMap = {
  version: 1,
  files: ["a.dasc", "b.dasc"],
  entries: [
    [0, 10, 0, 5],
    [0, 10, 1, 6],
    [0, 10, 1, 7],
    [0, 10, 1, 8],
    [10, 12, 0, 9],
  ],
  globals: ["first", "second"],
  externs: [],
};

describe("statuses as text", () => {
  test.each<[string, number | undefined]>([
    ["0x15000163", 0x15000163],
    [" 352321891 ", 0x15000163],
    ["0XFF", 255],
    ["15000163", 0x15000163],
    ["11001109", 0x11001109],
    ["1100a10f", 0x1100a10f],
    ["352321892", 352321892],
    ["00000163", 163],
    ["1100a10", undefined],
    ["deadbeef", undefined],
    ["-2147483649", undefined],
    ["4294967296", undefined],
    ["-1", 0xffffffff],
    ["-2147483649", undefined],
    ["4294967296", undefined],
    ["0x100000000", undefined],
    ["", undefined],
    ["15000163h", undefined],
    ["1.5", undefined],
  ])("%s is read", (text, status) => {
    expect(parseStatus(text)).toBe(status);
  });

  test("with a payload but no code are no statuses", () => {
    expect(decodeStatus(5).name).toBeUndefined();
    expect(explain(5).message).toMatch(/^no status of the encoder: the upper 8 bits/);
  });

  test.each([Number.NaN, 1.5, 2 ** 32, -(2 ** 31) - 1, "1", undefined])("%j is none", (status) => {
    expect(() => explain(status as number)).toThrow("is no 32-bit integer");
  });

  test("are written as C programs write them", () => {
    expect(formatStatus(0x1500016a)).toBe("0x1500016a");
    expect(formatStatus(-1)).toBe("0xffffffff");
    expect(decodeStatus(0x7f000001)).toEqual({
      status: 0x7f000001,
      name: undefined,
      text: "0x7F000001",
      payload: 1,
      payloadKind: "none",
    });
    expect(decodeStatus(STATUS.UNDEF_PC | 5)).toMatchObject({
      name: "UNDEF_PC",
      text: "undefined pclabel",
      payload: 5,
    });
  });
});

describe("explanations", () => {
  const actions = actionBytes(
    "IMM_S",
    "IMM_W",
    "IMM_WB",
    "SPACE",
    0,
    "LABEL_LG",
    2,
    "REL_LG",
    250,
    "LABEL_LG",
    11,
    "REL_LG",
    3,
  );

  test.each<[string, number, string]>([
    ["no error", 0, "no error"],
    ["memory", STATUS.NOMEM, "out of memory"],
    ["phase", STATUS.PHASE, "phase error: encode wrote another number of bytes than link computed"],
    ["section", STATUS.MATCH_SEC | 2, "the current section is 2"],
    ["signed byte", STATUS.RANGE_I, "immediate value out of range, allowed are -128 to 127"],
    ["word", STATUS.RANGE_I | 1, "immediate value out of range, allowed are 0 to 65535"],
    ["word or signed byte", STATUS.RANGE_I | 2, "immediate value out of range, allowed are -128 to 65535"],
    ["space", STATUS.RANGE_I | 3, "immediate value out of range, allowed are 0 to 2147483647"],
    ["something else", STATUS.RANGE_I | 4, "immediate value out of range"],
    ["section number", STATUS.RANGE_SEC, "section number out of range"],
    [
      "local definition",
      STATUS.RANGE_LG | 6,
      "local label 2 defined without a label table: setupglobal was not called",
    ],
    [
      "forward reference",
      STATUS.RANGE_LG | 8,
      "local label >4 used without a label table: setupglobal was not called",
    ],
    ["global", STATUS.RANGE_LG | 10, "no room for ->second in the table of global labels"],
    ["backward reference", STATUS.RANGE_LG | 12, "local label <3 is not defined before this reference"],
    [
      "label outside the list",
      STATUS.RANGE_LG | 999,
      "label not defined before a backward reference, or label number too large",
    ],
    ["pc label", STATUS.RANGE_PC, "pc label out of range"],
    ["register", STATUS.RANGE_VREG, "variable register out of range, allowed are 0 to 15"],
    ["local", STATUS.UNDEF_L | 7, "local label >7 is used but not defined after the reference"],
    ["undefined pc label", STATUS.UNDEF_PC | 70, "pc label 70 is used but not defined"],
    ["duplicate global", STATUS.DUPLICATE_LG | 10, "->second is defined twice"],
    ["duplicate somewhere", STATUS.DUPLICATE_LG | 999, "a global label is defined twice"],
    ["duplicate pc label", STATUS.DUPLICATE_PC, "a pc label is defined twice"],
    ["none", 0x42000000, "no status of the encoder"],
  ])("%s", (_, status, message) => {
    expect(explain(status, { actions, map }).message).toBe(message);
  });

  test("tell the value where the failure is known", () => {
    const cases: readonly (readonly [number, number, string])[] = [
      [STATUS.NOMEM, 600, "the code would take 600 bytes, more than its limit"],
      [STATUS.MATCH_SEC | 1, 0, "the current section is 1, checkstep expected section 0"],
      [STATUS.RANGE_I, 128, "immediate value 128 is out of range, allowed are -128 to 127"],
      [STATUS.RANGE_SEC, 9, "section number 9 is out of range"],
      [STATUS.RANGE_PC, -1, "pc label -1 is outside the table that growpc made"],
      [STATUS.RANGE_VREG, 4, "variable register 4 (rsp) cannot be an index"],
      [STATUS.DUPLICATE_PC, 6, "pc label 6 is defined twice"],
    ];
    for (const [status, value, message] of cases) {
      const found = explain(status, { actions, failure: { status, value } });
      expect(found.message).toBe(message);
      expect(found.value).toBe(value);
      expect(explain(status, { actions, failure: { status: status + 1, value } }).value).toBeUndefined();
    }
  });

  test("are printed with place and advice", () => {
    expect(
      formatExplanation(explain(STATUS.RANGE_VREG | 10, { map })),
    ).toBe(`0x1500000a DASM_S_RANGE_VREG: variable register out of range, allowed are 0 to 15
  at: action list offset 10 (0xa)
  in: a.dasc:9
  Registers are numbered 0 to 15, and number 4 (rsp) cannot be an index.
`);
    expect(formatExplanation(explain(STATUS.RANGE_I | 3, { map }))).toContain(
      "  in: a.dasc:5 or b.dasc:6 or b.dasc:7 or 1 more\n",
    );
    expect(formatExplanation(explain(STATUS.UNDEF_PC | 3))).toContain("  at: pc label 3\n");
    expect(formatExplanation(explain(STATUS.MATCH_SEC | 3))).toContain("  at: section 3\n");
    expect(formatExplanation(explain(0x42000000))).toBe(
      "0x42000000 unknown: no status of the encoder\n  The code in the upper 8 bits is not one of DynASM's.\n",
    );
  });
});
