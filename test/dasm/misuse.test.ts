import { describe, expect, test } from "vitest";
import {
  type AssemblerState,
  checkStep,
  DasmError,
  encode,
  free,
  getPcLabel,
  growPc,
  init,
  link,
  put,
  STATUS,
  setup,
  setupExtern,
  setupGlobal,
  splitQword,
} from "../../src/dasm/index.js";
import { ACTION } from "../../src/x86/actions.js";
import { actionBytes } from "./action-bytes.js";
import { finish, open } from "./unit.js";

const ret = actionBytes(0xc3, "STOP");

describe("calls out of order", () => {
  test.each<[string, string, (state: AssemblerState) => unknown]>([
    ["put before setup", "put before setup", (state) => put(state, 0)],
    ["link before setup", "link before setup", link],
    ["encode before setup", "encode before link", (state) => encode(state, new Uint8Array(1))],
    ["checkStep before setup", "checkStep before setup", (state) => checkStep(state, -1)],
  ])("%s", (_, message, call) => {
    expect(() => call(init(1))).toThrow(new DasmError("usage", message));
  });

  test.each<[string, RegExp, (state: AssemblerState) => unknown]>([
    ["put after link", /put after link/, (state) => put(state, 0)],
    ["a second link", /linked already/, link],
    ["checkStep after link", /checkStep after link/, (state) => checkStep(state, -1)],
    [
      "a buffer that is too small",
      /has 0 bytes, the code needs 1/,
      (state) => encode(state, new Uint8Array(0)),
    ],
    ["a base that is no integer", /no safe integer/, (state) => encode(state, new Uint8Array(1), 0.5)],
    [
      "a buffer of another kind",
      /must be a Uint8Array/,
      (state) => encode(state, [] as unknown as Uint8Array),
    ],
  ])("%s", (_, message, call) => {
    const state = open(ret);
    put(state, 0);
    link(state);
    expect(() => call(state)).toThrow(message);
  });

  test("encode is refused when link failed, setup makes the state usable again", () => {
    const state = open(actionBytes("IMM_B", "STOP"));
    put(state, 0, 256);
    expect(link(state)).toEqual({ status: STATUS.RANGE_I, size: 0 });
    expect(() => encode(state, new Uint8Array(8))).toThrow("link did not succeed");
    setup(state, ret);
    put(state, 0);
    expect(finish(state)).toEqual([0xc3]);
  });

  test("setupGlobal inside a unit", () => {
    expect(() => setupGlobal(open(ret), new BigUint64Array(1), 1)).toThrow("before setup");
  });

  test("nothing but free works after free", () => {
    const state = open(ret);
    free(state);
    free(state);
    const calls = [
      () => put(state, 0),
      () => link(state),
      () => setup(state, ret),
      () => growPc(state, 1),
      () => checkStep(state, -1),
      () => encode(state, new Uint8Array(1)),
      () => getPcLabel(state, 0),
      () => setupExtern(state, undefined),
      () => setupGlobal(state, new BigUint64Array(1), 1),
    ];
    for (const call of calls) expect(call).toThrow("the state was freed");
  });

  test("a state takes over a freed one's buffers without its contents", () => {
    const first = open(actionBytes("LABEL_LG", 10, "LABEL_PC", 0xc3, "STOP"));
    growPc(first, 2);
    put(first, 0, 1);
    link(first);
    free(first);
    const second = open(actionBytes("ESC", 0xe9, "REL_LG", 10, "STOP"));
    growPc(second, 2);
    expect([getPcLabel(second, 0), getPcLabel(second, 1)]).toEqual([-2, -2]);
    put(second, 0);
    expect(finish(second, 0x1000)).toEqual([0xe9, 0xfb, 0xef, 0xff, 0xff]);
  });
});

describe("unsuitable numbers", () => {
  test.each([0, 129, 1.5, Number.NaN])("init with %s sections", (count) => {
    expect(() => init(count)).toThrow("allowed are 1 to 128");
  });

  test("pointer sizes", () => {
    expect(() => init(1, { pointerSize: 5 as 4 })).toThrow("pointerSize and labelImmSize are 4 or 8");
    expect(() => init(1, { labelImmSize: "8" as unknown as 8 })).toThrow("are 4 or 8");
  });

  test("base addresses and labels of other types", () => {
    const state = open(ret);
    put(state, 0);
    link(state);
    expect(() => encode(state, new Uint8Array(1), "0" as unknown as number)).toThrow("integer or a bigint");
    expect(() => encode(state, new Uint8Array(1), null as unknown as number)).toThrow("integer or a bigint");
    expect(() => getPcLabel(state, "0" as unknown as number)).toThrow("the label must be a number");
  });

  test("buffers that shrink", () => {
    const state = open(ret);
    put(state, 0);
    link(state);
    // Typed by later versions of the language only.
    const Resizable = ArrayBuffer as unknown as new (
      size: number,
      options: object,
    ) => ArrayBuffer & { resize(size: number): void };
    const memory = new Resizable(8, { maxByteLength: 16 });
    const buffer = new Uint8Array(memory);
    expect(encode(state, buffer)).toBe(STATUS.OK);
    memory.resize(2);
    buffer.fill(0);
    expect(encode(state, buffer)).toBe(STATUS.OK);
    expect([...buffer]).toEqual([0xc3, 0]);
    memory.resize(0);
    expect(() => encode(state, buffer)).toThrow("the buffer has 0 bytes");
  });

  test("maxCodeSize", () => {
    expect(() => init(1, { maxCodeSize: -1 })).toThrow("maxCodeSize is -1");
    expect(() => init(1, { maxCodeSize: 2 ** 31 })).toThrow("maxCodeSize");
  });

  test("globals and pc labels", () => {
    const state = init(1);
    expect(() => setupGlobal(state, new BigUint64Array(2), 3)).toThrow("the array has 2 entries");
    expect(() => setupGlobal(state, [] as unknown as BigUint64Array, 0)).toThrow("BigUint64Array");
    expect(() => growPc(state, -1)).toThrow("allowed are 0 to");
    expect(() => growPc(state, 1.5)).toThrow("allowed are 0 to");
  });

  test("the action list must be bytes", () => {
    expect(() => setup(init(1), [1, 255] as unknown as Uint8Array)).toThrow("must be a Uint8Array");
    expect(() => setup(init(1), new Uint8Array(2 ** 24 + 1))).toThrow("at most 16777216");
  });
});

describe("arguments of put", () => {
  const dword = actionBytes("IMM_D", "STOP");

  test.each<[unknown, number[]]>([
    [-1, [255, 255, 255, 255]],
    [0xffffffff, [255, 255, 255, 255]],
    [-0, [0, 0, 0, 0]],
    [0x123456789abcdef0n, [0xf0, 0xde, 0xbc, 0x9a]],
    [-2n, [254, 255, 255, 255]],
    [true, [1, 0, 0, 0]],
    [false, [0, 0, 0, 0]],
  ])("%s is converted", (value, bytes) => {
    const state = open(dword);
    put(state, 0, value as number);
    expect(finish(state)).toEqual(bytes);
  });

  test.each<[unknown, string]>([
    [1.5, "argument 1 of put is 1.5: an integer is needed"],
    [Number.NaN, "argument 1 of put is NaN: an integer is needed"],
    [Number.POSITIVE_INFINITY, "an integer is needed"],
    [2 ** 32, "allowed are -2147483648 to 4294967295"],
    [-(2 ** 31) - 1, "allowed are -2147483648 to 4294967295"],
    ["1", "cannot convert 'string' to 'int'"],
    [undefined, "cannot convert 'undefined' to 'int'"],
    [null, "argument 1 of put: cannot convert 'null' to 'int'"],
    [{}, "cannot convert 'object' to 'int'"],
  ])("%s is refused", (value, message) => {
    const state = open(dword);
    expect(() => put(state, 0, value as number)).toThrow(message);
    put(state, 0, 7);
    expect(finish(state)).toEqual([7, 0, 0, 0]);
  });

  test("their number must be right", () => {
    const state = open(dword);
    expect(() => put(state, 0)).toThrow("too few arguments for the chunk at offset 0: 0 given, 1 needed");
    expect(() => put(state, 0, 1, 2)).toThrow(
      "too many arguments for the chunk at offset 0: 2 given, 1 needed",
    );
  });

  test.each([-1, 2, 1.5, Number.NaN])("start offset %s", (start) => {
    expect(() => put(open(dword), start as number)).toThrow("outside the action list of 2 bytes");
  });

  test("splitQword gives the halves of mov64 and .qword", () => {
    expect(splitQword(0x1122334455667788n)).toEqual([0x55667788, 0x11223344]);
    expect(splitQword(-1)).toEqual([-1, -1]);
    expect(splitQword(2 ** 40 + 5)).toEqual([5, 256]);
    expect(() => splitQword(2 ** 60)).toThrow("no safe integer");
  });
});

describe("damaged action lists", () => {
  test.each<[string, Uint8Array, RegExp]>([
    ["no end", actionBytes(0x90), /ends without STOP or SECTION at offset 1/],
    ["an action cut off", actionBytes("EXTERN", 0), /ends inside an action at offset 2/],
    ["label 0", actionBytes("REL_LG", 0, "STOP"), /label number 0 at offset 1/],
    [
      "definition of a forward number",
      actionBytes("LABEL_LG", 250, "STOP"),
      /definition of label number 250/,
    ],
    ["displacement without code", actionBytes("DISP", "STOP"), /without a ModRM byte/],
    ["sized immediate without code", actionBytes(0x90, "IMM_DB", "STOP"), /without an opcode/],
    ["register without code", actionBytes("VREG", 0, "STOP"), /without an instruction/],
    ["register that drops nothing", actionBytes(0x40, "VREG", 0x28, "STOP"), /without an instruction/],
    ["register of unknown kind", actionBytes(0x40, "VREG", 0xe1, "STOP"), /unknown kind/],
    ["extern of unknown type", actionBytes("EXTERN", 2, 0, "STOP"), /unknown type 2/],
    ["alignment to 6", actionBytes("ALIGN", 5, "STOP"), /alignment mask 5/],
    ["alignment to 1", actionBytes("ALIGN", 0, "STOP"), /alignment mask 0/],
    ["address without a label", actionBytes("LABEL_PC", 0x90, "SETLABEL", "STOP"), /without a label/],
  ])("%s", (_, actions, message) => {
    const state = open(actions);
    const attempt = (): void => put(state, 0);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ kind: "action-list" }));
  });
});

describe("limits", () => {
  const space = actionBytes("SPACE", 0xcc, "STOP");

  test("negative space is a range error", () => {
    const state = open(space);
    put(state, 0, -1);
    expect(link(state).status).toBe(STATUS.RANGE_I);
  });

  test("code beyond the limit is an error, whatever it consists of", () => {
    const state = open(space, { maxCodeSize: 100 });
    put(state, 0, 60);
    put(state, 0, 41);
    expect(link(state).status).toBe(STATUS.NOMEM);
    setup(state, space);
    put(state, 0, 101);
    expect(link(state).status).toBe(STATUS.NOMEM);
    setup(state, space);
    put(state, 0, 100);
    expect(link(state)).toEqual({ status: STATUS.OK, size: 100 });
  });

  test("an abandoned chunk does not change the section", () => {
    const state = open(actionBytes("SPACE", 0, "SECTION", 1), { sections: 2, maxCodeSize: 5 });
    put(state, 0, 6);
    expect(state.section).toBe(0);
    expect(checkStep(state, -1)).toBe(STATUS.NOMEM);
  });

  test("space far beyond memory costs nothing before encode", () => {
    const state = open(space, { maxCodeSize: 0x7fffffff });
    put(state, 0, 0x7ffffff0);
    expect(link(state).size).toBe(0x7ffffff0);
  });

  test("chunks decoded from every offset of a long list do not pile up", () => {
    const actions = new Uint8Array(1500).fill(ACTION.MARK);
    actions[1499] = ACTION.STOP;
    const state = open(actions);
    for (let start = 0; start < 1500; start += 1) put(state, start);
    expect(finish(state)).toEqual([]);
    expect(state.knownList?.operations.length).toBeLessThan(2 ** 19);
  });
});

describe("labels", () => {
  test("duplicates are rejected on request only", () => {
    const actions = actionBytes("LABEL_LG", 11, "LABEL_PC", "LABEL_LG", 3, "LABEL_LG", 3, "STOP");
    const lenient = open(actions);
    growPc(lenient, 2);
    put(lenient, 0, 0);
    put(lenient, 0, 0);
    expect(link(lenient).status).toBe(STATUS.OK);
    const strict = open(actions, { rejectDuplicates: true });
    growPc(strict, 2);
    put(strict, 0, 0);
    put(strict, 0, 1);
    expect(link(strict).status).toBe(STATUS.DUPLICATE_LG | 1);
    const strictPc = open(actionBytes("LABEL_PC", "STOP"), { rejectDuplicates: true });
    growPc(strictPc, 1);
    put(strictPc, 0, 0);
    put(strictPc, 0, 0);
    expect(link(strictPc).status).toBe(STATUS.DUPLICATE_PC);
  });

  test("a pending local label at link without checkstep", () => {
    const state = open(actionBytes("ESC", 0xe9, "REL_LG", 249, "STOP"));
    put(state, 0);
    expect(link(state)).toEqual({ status: STATUS.UNDEF_L | 3, size: 0 });
  });

  test("labels with a given address are never near", () => {
    const state = open(actionBytes("LABEL_PC", "SETLABEL", "ESC", 0xe9, "REL_PC", "IMM_PC", "STOP"));
    growPc(state, 1);
    put(state, 0, 0, -16, 0, 0);
    expect(finish(state, 0)).toEqual([0xe9, 0xeb, 255, 255, 255, 0xf0, 255, 255, 255, 255, 255, 255, 255]);
  });

  test("a second state can be filled in between", () => {
    const actions = actionBytes(0x90, "STOP", 0xc3, "STOP");
    const first = open(actions);
    const second = open(actions);
    put(first, 0);
    put(second, 2);
    put(first, 2);
    expect([finish(second), finish(first)]).toEqual([[0xc3], [0x90, 0xc3]]);
  });
});

describe("addresses", () => {
  test("a 64-bit base carries into the upper half", () => {
    const globals = new BigUint64Array(1);
    const state = init(1);
    setupGlobal(state, globals, 1);
    setup(state, actionBytes(0x90, "LABEL_LG", 10, "IMM_LG", 10, "STOP"));
    put(state, 0);
    expect(finish(state, 0x12_ffff_ffffn)).toEqual([0x90, 0, 0, 0, 0, 0x13, 0, 0, 0]);
    expect(globals[0]).toBe(0x13_0000_0000n);
    const bytes = new Uint8Array(9);
    encode(state, bytes, -1);
    expect(globals[0]).toBe(0n);
  });

  test("without a callback extern symbols count as 0", () => {
    const state = open(actionBytes(0xe8, "EXTERN", 1, 0, "STOP"));
    put(state, 0);
    expect(finish(state)).toEqual([0xe8, 0, 0, 0, 0]);
  });
});

describe("extern callbacks", () => {
  const call = actionBytes(0xe8, "EXTERN", 1, 7, 0x90, "STOP");

  /** A linked state whose callback is given. */
  function linked(callback: (state: AssemblerState) => unknown): AssemblerState {
    const state = open(call);
    setupExtern(state, () => callback(state) as number);
    put(state, 0);
    link(state);
    return state;
  }

  test.each<[unknown, string]>([
    [undefined, "the value of extern symbol 7 is of type undefined: an integer is needed"],
    ["5", "of type string"],
    [1.5, "is 1.5"],
    [Number.NaN, "is NaN"],
  ])("must not return %s", (value, message) => {
    const state = linked(() => value);
    expect(() => encode(state, new Uint8Array(6))).toThrow(message);
  });

  test.each<[unknown, number[]]>([
    [-2, [254, 255, 255, 255]],
    [0x1_0000_0005n, [5, 0, 0, 0]],
    [2 ** 32 + 6, [6, 0, 0, 0]],
  ])("may return %s", (value, bytes) => {
    const code = new Uint8Array(6);
    encode(
      linked(() => value),
      code,
    );
    expect([...code]).toEqual([0xe8, ...bytes, 0x90]);
  });

  test.each<[string, (state: AssemblerState) => unknown]>([
    ["free", free],
    ["setup", (state) => setup(state, call)],
    ["encode", (state) => encode(state, new Uint8Array(6))],
    ["checkStep", (state) => checkStep(state, -1)],
    ["growPc", (state) => growPc(state, 1)],
    ["setupGlobal", (state) => setupGlobal(state, new BigUint64Array(1), 1)],
  ])("must not use the state: %s", (name, use) => {
    const state = linked((current) => {
      use(current);
      return 0;
    });
    expect(() => encode(state, new Uint8Array(6))).toThrow(`${name}: called from an extern callback`);
    setupExtern(state, () => 1);
    expect(encode(state, new Uint8Array(6))).toBe(STATUS.OK);
  });

  test("are functions", () => {
    expect(() => setupExtern(init(1), 5 as unknown as () => number)).toThrow("must be a function");
  });
});
