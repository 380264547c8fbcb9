import { describe, expect, test } from "vitest";
import { free, getPcLabel, growPc, link, put, STATUS, setup } from "../../src/dasm/index.js";
import type { ActionName } from "../../src/x86/actions.js";
import { actionBytes } from "./action-bytes.js";
import { finish, open } from "./unit.js";

describe("variable registers", () => {
  const moves = actionBytes(0x8b, 0xc0, "VREG", 0x80, "VREG", 0x20, "STOP");

  test.each([8, 15])("register %s is an error where the code has eight", (register) => {
    for (const args of [
      [register, 1],
      [1, register],
    ]) {
      const state = open(moves, { registers: 8 });
      put(state, 0, ...args);
      expect(link(state).status).toBe(STATUS.RANGE_VREG | (args[0] === register ? 2 : 4));
    }
  });

  test("the lower ones are not, and nothing is checked unless asked for", () => {
    const state = open(moves, { registers: 8 });
    put(state, 0, 7, 6);
    expect(finish(state)).toEqual([0x8b, 0xfe]);
    const lenient = open(moves);
    put(lenient, 0, 8, 9);
    expect(link(lenient).status).toBe(STATUS.OK);
  });

  const pair = (first: number, second: number): (ActionName | number)[] => ["VREG", first, "VREG", second];

  test.each<[string, (ActionName | number)[], number[], number[]]>([
    ["two low registers", [0x40, 0x89, 0xc0, ...pair(0x83, 0x33)], [1, 2], [0x89, 0xca]],
    ["the first one high", [0x40, 0x89, 0xc0, ...pair(0x83, 0x33)], [9, 2], [0x44, 0x89, 0xca]],
    ["the second one high", [0x40, 0x89, 0xc0, ...pair(0x83, 0x33)], [1, 12], [0x41, 0x89, 0xcc]],
    ["a prefix that stays", [0x48, 0x89, 0xc0, ...pair(0x83, 0x23)], [1, 2], [0x48, 0x89, 0xca]],
    ["a base", [0x40, 0x8b, 0x80, "MARK", ...pair(0x83, 0x13), "DISP"], [1, 2, 0], [0x8b, 0x0a]],
    ["base esp", [0x40, 0x8b, 0x80, "MARK", ...pair(0x83, 0x13), "DISP"], [1, 4, 0], [0x8b, 0x0c, 0x24]],
    [
      "base r12",
      [0x48, 0x8b, 0x80, "MARK", ...pair(0x83, 3), "DISP"],
      [1, 12, 1],
      [0x49, 0x8b, 0x4c, 0x24, 1],
    ],
    ["base r13", [0x40, 0x8b, 0x80, "MARK", "VREG", 0x0b, "DISP"], [13, 0], [0x41, 0x8b, 0x45, 0]],
    ["one base", [0x40, 0x8b, 0x80, "MARK", "VREG", 0x0b, "DISP"], [4, 1], [0x8b, 0x44, 0x24, 1]],
    [
      "a base and an immediate",
      [0x40, 0x81, 0x80, "MARK", "VREG", 0x0b, "DISP", "IMM_DB"],
      [4, 1, 2],
      [0x83, 0x44, 0x24, 1, 2],
    ],
    ["no prefix", [0x8b, 0xc0, ...pair(0x80, 0x20)], [1, 2], [0x8b, 0xca]],
    [
      "a prefix of VEX",
      [0xc4, 0xe1, 0x7b, "VREG", 0xa0, 0x58, 0xc0, ...pair(0x85, 0x2d)],
      [2, 1, 3],
      [0xc5, 0xeb, 0x58, 0xcb],
    ],
  ])("%s", (_, actions, args, bytes) => {
    const state = open(actionBytes(...actions, "STOP"));
    put(state, 0, ...args);
    expect(finish(state)).toEqual(bytes);
  });

  test("of two, the first bad one is named", () => {
    const state = open(actionBytes(0x40, 0x89, 0xc0, ...pair(0x83, 0x33), "STOP"));
    put(state, 0, 1, 16);
    expect(link(state).status).toBe(STATUS.RANGE_VREG | 5);
    setup(state, actionBytes(0x40, 0x89, 0xc0, ...pair(0x83, 0x33), "STOP"));
    put(state, 0, -1, 16);
    expect(link(state).status).toBe(STATUS.RANGE_VREG | 3);
  });

  test("an instruction whose register comes first in a long chunk", () => {
    const padding = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const state = open(actionBytes(...padding, 0x40, 0x89, 0xc0, "VREG", 0x8b, ...padding, "STOP"));
    put(state, 0, 3);
    put(state, 0, 11);
    const expected = [...padding, 0x89, 0xd8, ...padding, ...padding, 0x44, 0x89, 0xd8, ...padding];
    expect(finish(state)).toEqual(expected);
  });
});

describe("displacements and immediates that change bytes before them", () => {
  test.each<[string, (ActionName | number)[], number[], number[]]>([
    ["a displacement of 0", [0x8b, 0x87, "DISP"], [0], [0x8b, 0x07]],
    ["which rbp needs", [0x8b, 0x85, "DISP"], [0], [0x8b, 0x45, 0]],
    ["and rbp behind a SIB byte", [0x8b, 0x84, "MARK", 0x0d, "DISP"], [0], [0x8b, 0x44, 0x0d, 0]],
    ["a byte behind a SIB byte", [0x8b, 0x84, "MARK", 0x24, "DISP"], [-128], [0x8b, 0x44, 0x24, 0x80]],
    ["an operand of two kinds", [0x81, 0x87, "DISP", "IMM_DB"], [1, 2], [0x83, 0x47, 1, 2]],
    ["the long kinds", [0x81, 0x87, "DISP", "IMM_DB"], [128, 129], [0x81, 0x87, 128, 0, 0, 0, 129, 0, 0, 0]],
    ["a mark far behind", [0x81, 0x84, "MARK", 0x24, "DISP", "IMM_WB"], [0, -1], [0x83, 0x04, 0x24, 255]],
    ["without a mark", [0x69, 0xc0, "IMM_DB"], [127], [0x6b, 0xc0, 127]],
  ])("%s", (_, actions, args, bytes) => {
    const state = open(actionBytes(...actions, "STOP"));
    put(state, 0, ...args);
    expect(finish(state)).toEqual(bytes);
  });
});

describe("many puts", () => {
  test("let the arrays grow, and the next state begins with them", () => {
    const actions = actionBytes("LABEL_PC", 0x90, "ESC", 0xe9, "REL_PC", "STOP");
    const sizes = [1, 2].map(() => {
      const state = open(actions);
      growPc(state, 5000);
      for (let label = 0; label < 5000; label += 1) put(state, 0, label, 4999 - label);
      const { size } = link(state);
      expect(getPcLabel(state, 4999)).toBe(size - 6);
      free(state);
      return size;
    });
    expect(sizes[1]).toBe(sizes[0]);
  });

  test("long runs of code and of padding", () => {
    const bytes = Array.from({ length: 700 }, (_, index) => index % 233);
    const state = open(
      actionBytes("ESC", 0xe9, "REL_LG", 10, ...bytes, "ALIGN", 127, "SPACE", 7, "LABEL_LG", 10, "STOP"),
    );
    put(state, 0, 40);
    put(state, 0, 3);
    const unit = [0xe9, 0x23, 3, 0, 0, ...bytes, ...Array(63).fill(0x90)];
    const code = finish(state);
    expect(code.slice(0, 808)).toEqual([...unit, ...Array(40).fill(7)]);
    expect(code.slice(808 + 705)).toEqual([...Array(23).fill(0x90), 7, 7, 7]);
  });

  test("the same chunk in several sections", () => {
    const list = actionBytes(0x90, "SECTION", 1, "SPACE", 0xcc, "SECTION", 0, 0xc3, "STOP");
    const state = open(list, { sections: 2 });
    for (let round = 0; round < 3; round += 1) {
      put(state, 0);
      put(state, 3, round);
    }
    put(state, 7);
    expect(finish(state)).toEqual([0x90, 0x90, 0x90, 0xc3, 0xcc, 0xcc, 0xcc]);
  });
});
