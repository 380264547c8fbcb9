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
      "the current section is 0, checkstep expected section 1 (DASM_S_MATCH_SEC 0x03000000)",
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
    expect(error.message).toBe(
      "test.dasc:3: used but not defined, and without an address: ->nowhere, ->never",
    );
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

  test("stay known in the units that follow", () => {
    const { assembler, emit } = openSource(
      "function first(Dst) {\n  |->one:\n  | ret\n}\nfunction second(Dst) {\n  | jmp ->one\n}\n",
    );
    emit("first");
    assembler.link();
    assembler.encode(undefined, 0x1000);
    assembler.setup();
    emit("second");
    assembler.link();
    expect([...assembler.encode(undefined, 0x1001)]).toEqual([0xe9, 0xfa, 0xff, 0xff, 0xff]);
    expect(assembler.globals()).toEqual({ one: 0x1000n });
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
      "test.dasc:3: immediate value 300 is out of range, allowed are 0 to 255 (DASM_S_RANGE_I 0x11000001, action list offset 1)",
    ],
    [
      "range of a register",
      "  | mov eax, [Rq(Dst.value)]",
      "test.dasc:3: variable register 300 is out of range, allowed are 0 to 15 (DASM_S_RANGE_VREG 0x15000004, action list offset 4)",
    ],
    [
      "index register",
      "  | mov eax, [rax+Rq(Dst.index)]",
      "test.dasc:3: variable register 4 (rsp) cannot be an index (DASM_S_RANGE_VREG 0x15000004, action list offset 4)",
    ],
    [
      "backward local",
      "  | jmp <4",
      "test.dasc:3: local label <4 is not defined before this reference (DASM_S_RANGE_LG 0x13000003, action list offset 3)",
    ],
    [
      "pc label",
      "  | jmp =>300",
      "test.dasc:3: pc label 300 is outside the table that growpc made (DASM_S_RANGE_PC 0x14000002, action list offset 2)",
    ],
    [
      "pending local",
      "  | nop\n  | jmp >4\n  | nop\n  | jmp >4",
      "test.dasc:4: local label >4 is used but not defined after the reference (DASM_S_UNDEF_L 0x21000004, action list offset 1)",
    ],
    [
      "pending pc label",
      "  | nop\n  | jmp =>1",
      "test.dasc:4: pc label 1 is used but not defined (DASM_S_UNDEF_PC 0x22000001, action list offset 1)",
    ],
    [
      "duplicate global",
      "  |->x:\n  | nop\n  |->x:",
      "test.dasc:5: ->x is defined twice (DASM_S_DUPLICATE_LG 0x31000004, action list offset 4)",
    ],
    [
      "duplicate pc label",
      "  |=>1:\n  | nop\n  |=>1:",
      "test.dasc:5: pc label 1 is defined twice (DASM_S_DUPLICATE_PC 0x32000002, action list offset 2)",
    ],
    [
      "no room for a global",
      "  |->x:",
      "test.dasc:3: no room for ->x in the table of global labels (DASM_S_RANGE_LG 0x13000001, action list offset 1)",
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

  test("know the registers of 32-bit code", () => {
    const actions = actionBytes(0x89, 0xc0, "VREG", 0x20, "STOP");
    const assembler = createAssembler(actions, { arch: "x86", pointerSize: 4 });
    assembler.put(0, 8);
    expect(errorOf(() => assembler.link())).toMatchObject({
      message:
        "variable register 8 is out of range, allowed are 0 to 7 (DASM_S_RANGE_VREG 0x15000002, action list offset 2)",
      details: { value: 8, range: [0, 7] },
    });
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
      "global label 2 is defined twice (DASM_S_DUPLICATE_LG 0x31000007, action list offset 7)",
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
    expect(() => assembler.build()).toThrow("label >1 is used but not defined");
  });
});

describe("variable registers of 32-bit code", () => {
  test("end with number 7", () => {
    const assembler = createAssembler(actionBytes(0x8b, 0xc0, "VREG", 0x20, "STOP"), { arch: "x86" });
    assembler.put(0, 9);
    expect(errorOf(() => assembler.link()).message).toBe(
      "variable register 9 is out of range, allowed are 0 to 7 (DASM_S_RANGE_VREG 0x15000002, action list offset 2)",
    );
    assembler.setup();
    assembler.put(0, 7);
    assembler.link();
    expect([...assembler.encode()]).toEqual([0x8b, 0xc7]);
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

describe("wrong use of an assembler", () => {
  const nop = actionBytes(0x90, "STOP");

  test.each<[unknown, string]>([
    [null, "options must be an object"],
    [{ pointerSize: 5 }, "pointerSize is 5, allowed are 4 and 8"],
    [{ labelImmSize: "8x" }, "labelImmSize is 8x, allowed are 4 and 8"],
    [{ arch: "arm" }, "arch is arm, allowed are x86 and x64"],
    [{ duplicateLabels: true }, "duplicateLabels is true, allowed are error and allow"],
    [{ globals: "abc" }, "globals must be an array of names"],
    [{ externs: [5] }, "externs must be an array of names"],
    [{ resolve: 5 }, "resolve must be a function"],
    [{ map: {} }, "map must be a map of the translator"],
    [{ map: null }, "map must be a map of the translator"],
    [{ globals: ["a"], addresses: { a: 1.5 } }, "addresses: a is 1.5: a bigint or a safe integer is needed"],
    [{ globals: ["a"], addresses: { a: "x" } }, "addresses: a is of type string"],
  ])("option %j", (options, message) => {
    const error = errorOf(() => createAssembler(nop, options as object));
    expect(error.kind).toBe("usage");
    expect(error.message).toContain(message);
  });

  test.each(["encode", "dump", "image", "sources"] as const)("%s before link", (call) => {
    expect(() => createAssembler(nop)[call]()).toThrow("before link");
  });

  test("names the call on a freed assembler", () => {
    const assembler = createAssembler(nop);
    assembler.free();
    expect(() => assembler.build()).toThrow("build: the state was freed");
    expect(() => assembler.encode()).toThrow("encode: the state was freed");
  });

  test("base addresses are integers", () => {
    const assembler = createAssembler(nop);
    assembler.put(0);
    assembler.link();
    for (const base of [1.5, Number.NaN, "0x10", null, 2 ** 60]) {
      expect(errorOf(() => assembler.encode(undefined, base as number)).message).toMatch(
        /^encode: base address is .*: a bigint or a safe integer is needed$/,
      );
    }
  });

  test("undefined global labels cannot be built", () => {
    const assembler = assembleLines("  | jmp ->nowhere");
    expect(() => assembler.link()).toThrow("->nowhere");
    expect(() => assembler.build()).toThrow("->nowhere");
    expect(() => assembler.encode()).toThrow("->nowhere");
  });

  test("arguments are checked with the place of the statement", () => {
    const { assembler, emit } = openSource("function f(Dst, n) {\n  | mov eax, n\n}\n");
    const missing = errorOf(() => assembler.put(0));
    expect(missing.message).toBe(
      "test.dasc:3: put: too few arguments for the chunk at offset 0: 0 given, 1 needed",
    );
    expect(missing.details).toEqual({ offset: 0, file: "test.dasc", line: 3 });
    expect(errorOf(() => emit("f", Number.NaN)).message).toBe(
      "test.dasc:3: argument 1 of put is NaN: an integer is needed (chunk at offset 0)",
    );
    expect(errorOf(() => assembler.put(99)).message).toMatch(/^put: start offset 99 is outside/);
  });

  test("extern symbols need an address that is one", () => {
    const call = actionBytes(0xe8, "EXTERN", 1, 0, "STOP");
    const cases: readonly (readonly [unknown, string])[] = [
      [null, "extern not found: f"],
      [undefined, "extern not found: f"],
      [1.5, "extern f: its address is 1.5: a bigint or a safe integer is needed"],
      ["f", "extern f: its address is of type string"],
      [
        1n << 40n,
        "extern f is more than 2 GB away from the code at 0x10: only build makes the stub that this needs",
      ],
    ];
    for (const [address, message] of cases) {
      const assembler = createAssembler(call, { externs: ["f"], resolve: () => address as bigint });
      assembler.put(0);
      assembler.link();
      const error = errorOf(() => assembler.encode(new Uint8Array(64), 16));
      expect(error.kind).toBe(address === 1.5 || address === "f" ? "usage" : "extern");
      expect(error.message).toContain(message);
    }
  });
});
