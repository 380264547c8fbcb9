import { describe, expect, test } from "vitest";
import {
  createAssembler,
  DasmError,
  namedGlobals,
  new as newAssembler,
  parseActionSourceMap,
  STATUS,
} from "../../src/dasm/index.js";
import { actionBytes } from "./action-bytes.js";
import { assembleLines, openSource } from "./template.js";

/** The error that a call throws. */
function errorOf(call: () => unknown): DasmError {
  try {
    call();
  } catch (error) {
    if (error instanceof DasmError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("units", () => {
  test("put, link, encode", () => {
    const assembler = assembleLines("  | mov eax, 7\n  | ret");
    expect(assembler.link()).toBe(6);
    expect([...assembler.encode()]).toEqual([0xb8, 7, 0, 0, 0, 0xc3]);
    const buffer = new Uint8Array(8);
    expect(assembler.encode(buffer, 0x1000)).toBe(buffer);
  });

  test("new is createAssembler", () => {
    expect(newAssembler).toBe(createAssembler);
  });

  test("setup begins another unit, also with another action list", () => {
    const assembler = assembleLines("  |->a:\n  | nop");
    assembler.link();
    assembler.setup(actionBytes(0xc3, "STOP"));
    assembler.put(0);
    expect(assembler.link()).toBe(1);
  });

  test("sections, steps and pc labels", () => {
    const { assembler, emit } = openSource(
      `|.section code, cold
function f(Dst) {
  |.code
  |=>0:
  | jmp =>1
  |.cold
  |=>1:
  | ret
  |.code
  | nop
}`,
      { sections: 2 },
    );
    assembler.growPc(3);
    emit("f");
    assembler.checkStep(0);
    expect(errorOf(() => assembler.checkStep(1)).message).toBe(
      "the current section is 0, checkstep expected section 1 (MATCH_SEC)",
    );
    assembler.setup();
    emit("f");
    assembler.link();
    expect([0, 1, 2, 99].map((label) => assembler.getPcLabel(label))).toEqual([0, 3, -2, -2]);
    expect([...assembler.encode()]).toEqual([0xeb, 1, 0x90, 0xc3]);
  });

  test("using frees it", () => {
    const assembler = assembleLines("  | ret");
    assembler[Symbol.dispose]();
    expect(() => assembler.link()).toThrow("the state was freed");
  });
});

describe("globals", () => {
  test("have addresses after encode", () => {
    const assembler = assembleLines("  |->first:\n  | ret\n  |->second:\n  | ret");
    assembler.link();
    expect(assembler.globals()).toEqual({});
    assembler.encode(undefined, 0x1000n);
    expect(assembler.globals()).toEqual({ first: 0x1000n, second: 0x1001n });
  });

  test("without names go by number", () => {
    const assembler = createAssembler(actionBytes(0x90, "LABEL_LG", 11, "STOP"), { globals: 2 });
    assembler.put(0);
    assembler.link();
    assembler.encode(undefined, 16);
    expect(assembler.globals()).toEqual({ 1: 17n });
  });

  test("that are used and not defined are named", () => {
    const error = errorOf(() => assembleLines("  | jmp ->nowhere\n  | call ->never").link());
    expect(error.message).toBe("used but not defined, and without an address: ->nowhere, ->never");
    expect(error.details.name).toBe("->nowhere");
  });

  test("can be given an address", () => {
    const assembler = assembleLines("  | jmp ->outside", { addresses: { outside: 0x105 } });
    assembler.link();
    expect([...assembler.encode(undefined, 0x100)]).toEqual([0xe9, 0, 0, 0, 0]);
    expect(() => createAssembler(actionBytes("STOP"), { addresses: { typo: 1 } })).toThrow(
      "there is no global label typo",
    );
  });

  test("their number is checked", () => {
    expect(() => createAssembler(actionBytes("STOP"), { globals: 238 })).toThrow("allowed are 0 to 237");
  });

  test("namedGlobals leaves zeros and surplus names out", () => {
    expect(namedGlobals(BigUint64Array.of(5n, 0n), ["a", "b", "c"])).toEqual({ a: 5n });
  });
});

describe("errors", () => {
  const cases: readonly (readonly [title: string, lines: string, message: string])[] = [
    [
      "range of an immediate",
      "  | mov al, Dst.value",
      "test.dasc:3: immediate value 300 is out of range, allowed are 0 to 255 (RANGE_I, action list offset 1)",
    ],
    [
      "range of a register",
      "  | mov eax, [Rq(Dst.value)]",
      "test.dasc:3: variable register 300 is out of range, allowed are 0 to 15 (RANGE_VREG, action list offset 4)",
    ],
    [
      "index register",
      "  | mov eax, [rax+Rq(Dst.index)]",
      "test.dasc:3: variable register 4 (rsp) cannot be an index (RANGE_VREG, action list offset 4)",
    ],
    [
      "backward local",
      "  | jmp <4",
      "test.dasc:3: local label <4 is not defined before this reference (RANGE_LG, action list offset 3)",
    ],
    [
      "pc label",
      "  | jmp =>300",
      "test.dasc:3: pc label 300 is outside the table that growpc made (RANGE_PC, action list offset 2)",
    ],
    ["pending local", "  | jmp >4", "local label >4 is used but not defined after the reference (UNDEF_L)"],
    ["pending pc label", "  | jmp =>1", "pc label 1 is used but not defined (UNDEF_PC)"],
    [
      "duplicate global",
      "  |->x:\n  | nop\n  |->x:",
      "test.dasc:5: ->x is defined twice (DUPLICATE_LG, action list offset 4)",
    ],
    [
      "duplicate pc label",
      "  |=>1:\n  | nop\n  |=>1:",
      "test.dasc:5: pc label 1 is defined twice (DUPLICATE_PC, action list offset 2)",
    ],
    [
      "no room for a global",
      "  |->x:",
      "test.dasc:3: no room for ->x in the table of global labels (RANGE_LG, action list offset 1)",
    ],
  ];

  test.each(cases)("%s", (title, lines, message) => {
    const { assembler, emit } = openSource(
      `function f(Dst) {\n${lines}\n}\n`,
      title.startsWith("no room") ? { globals: 0 } : {},
    );
    Object.assign(assembler, { value: 300, index: 4 });
    assembler.growPc(2);
    emit("f");
    expect(errorOf(() => assembler.link()).message).toBe(message);
  });

  test("carry status, offset, value, range and place", () => {
    const { assembler, emit } = openSource("function f(Dst, n) {\n  | add byte [rbx], n\n}\n");
    emit("f", -1);
    expect(errorOf(() => assembler.build())).toMatchObject({
      name: "DasmError",
      kind: "status",
      details: {
        status: STATUS.RANGE_I | 2,
        offset: 2,
        value: -1,
        range: [0, 255],
        file: "test.dasc",
        line: 3,
      },
    });
  });

  test("without a map and names the numbers are left", () => {
    const assembler = createAssembler(
      actionBytes("LABEL_LG", 12, 0xe8, "EXTERN", 1, 0, "LABEL_LG", 12, "STOP"),
    );
    assembler.put(0);
    expect(errorOf(() => assembler.link()).message).toBe(
      "global label 2 is defined twice (DUPLICATE_LG, action list offset 7)",
    );
  });

  test("duplicates can be allowed, as in the C engine", () => {
    const lines = "  |->x:\n  | nop\n  |->x:";
    expect(assembleLines(lines, { duplicateLabels: "allow" }).link()).toBe(1);
  });

  test("build without code, or after a failed link", () => {
    expect(() => assembleLines("  |->x:").build()).toThrow("no code?");
    const assembler = assembleLines("  | jmp >1");
    expect(() => assembler.link()).toThrow("UNDEF_L");
    expect(() => assembler.build()).toThrow("there is no linked unit");
  });
});

describe("source lines of the code", () => {
  test("come with offsets", () => {
    const assembler = assembleLines("  | mov eax, 1\n  | jmp >1\n  | nop\n  |1:\n  | ret");
    assembler.link();
    const found = assembler
      .sources()
      .map(({ offset, sources }) => [offset, sources.map(({ line }) => line).join()]);
    expect(found).toEqual([
      [0, "3"],
      [5, "4"],
      [7, "5"],
      [8, "6"],
      [8, "7"],
    ]);
  });

  test("are several where equal statements share their actions", () => {
    const { assembler, emit } = openSource("function f(Dst) {\n  | ret\n}\nfunction g(Dst) {\n  | ret\n}\n");
    emit("f");
    emit("g");
    assembler.link();
    expect(assembler.sources().map(({ sources }) => sources.map(({ line }) => line))).toEqual([
      [3, 6],
      [3, 6],
    ]);
  });

  test("do not change the code", () => {
    const lines =
      "  | mov eax, [->d]\n  |1:\n  | test Rd(9), Rd(9)\n  | jnz <1\n  |.align 16\n  |->d:\n  | .dword 1";
    const mapped = assembleLines(lines);
    mapped.link();
    const plain = createAssembler(
      mapped.state.list?.bytes ?? mapped.state.knownList?.bytes ?? new Uint8Array(),
    );
    const map = mapped.state.map;
    expect(map && parseActionSourceMap(JSON.stringify(map))).toEqual(map);
    plain.put(0, 9, 9);
    plain.link();
    expect(plain.encode()).toEqual(mapped.encode());
    expect(plain.sources()).toEqual([]);
  });
});
