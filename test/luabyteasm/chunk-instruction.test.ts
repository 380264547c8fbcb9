import { describe, expect, test } from "vitest";
import {
  decodeFloatingByte,
  encodeFloatingByte,
  fieldA,
  fieldAx,
  fieldB,
  fieldBx,
  fieldC,
  fieldSBx,
  opcodeOf,
  packABC,
  packABx,
  packAsBx,
  packAx,
} from "../../src/luabyteasm/instruction.js";
import { findOperation, OP, OPCODE_COUNT, OPERATIONS } from "../../src/luabyteasm/opcodes.js";

describe("instruction words", () => {
  test("pack and unpack every field at its limits", () => {
    const word = packABC(63, 255, 511, 511);
    expect(word).toBe(0xffffffff);
    expect([opcodeOf(word), fieldA(word), fieldB(word), fieldC(word)]).toEqual([63, 255, 511, 511]);
    expect(packABC(OP.CALL, 0, 2, 1)).toBe(0x0100401d);
    expect(fieldBx(packABx(OP.LOADK, 3, 262143))).toBe(262143);
    expect(fieldSBx(packAsBx(OP.JMP, 0, -131071))).toBe(-131071);
    expect(fieldSBx(packAsBx(OP.JMP, 0, 131072))).toBe(131072);
    expect(fieldAx(packAx(OP.EXTRAARG, 67108863))).toBe(67108863);
  });

  test("floating-point bytes", () => {
    expect([0, 7, 8, 15, 16, 24, 255].map(decodeFloatingByte)).toEqual([0, 7, 8, 15, 16, 32, 15 * 2 ** 30]);
    for (let byte = 0; byte < 256; byte++) expect(encodeFloatingByte(decodeFloatingByte(byte))).toBe(byte);
    expect(decodeFloatingByte(encodeFloatingByte(17))).toBe(18);
    expect(decodeFloatingByte(encodeFloatingByte(1000))).toBe(1024);
  });
});

describe("opcode table", () => {
  test("has the 40 opcodes of lopcodes.h in order", () => {
    expect(OPCODE_COUNT).toBe(40);
    expect([OP.MOVE, OP.SETTABUP, OP.JMP, OP.CALL, OP.CLOSURE, OP.EXTRAARG]).toEqual([0, 8, 23, 29, 37, 39]);
    expect(findOperation("SELF")).toBe(OPERATIONS[12]);
    expect(findOperation("self")).toBeUndefined();
    expect(findOperation("constructor")).toBeUndefined();
  });

  test("formats and unused fields follow from the operands", () => {
    const formats = OPERATIONS.map((operation) => operation.format);
    expect(formats.filter((format) => format === "ABC")).toHaveLength(32);
    expect(OPERATIONS.filter((operation) => operation.format === "ABx").map(({ name }) => name)).toEqual([
      "LOADK",
      "LOADKX",
      "CLOSURE",
    ]);
    const unused = (name: string) => findOperation(name)?.unused;
    expect(unused("LOADKX")).toEqual(["Bx"]);
    expect(unused("MOVE")).toEqual(["C"]);
    expect(unused("TEST")).toEqual(["B"]);
    expect(unused("ADD")).toEqual([]);
    expect(findOperation("LOADBOOL")?.operands.map((slot) => slot.optional)).toEqual([false, false, true]);
  });
});
