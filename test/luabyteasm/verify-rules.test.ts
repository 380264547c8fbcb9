import { describe, expect, test } from "vitest";
import { type Chunk, DEFAULT_HEADER, type Prototype } from "../../src/luabyteasm/chunk.js";
import { RULES, verify } from "../../src/luabyteasm/verify.js";
import { chunkOfCode, chunkOfText } from "./chunk-text.js";
import { emptyPrototype, readVectors, type VerifyVector } from "./chunk-vectors.js";

function summary(chunk: Chunk): string[] {
  return verify(chunk).map(({ severity, rule, path, pc, operand }) =>
    [severity, rule, path, pc ?? "-", operand ?? "-"].join(" "),
  );
}

const FOUR_CONSTANTS = '.const\nK0 = 1\nK1 = "s"\nK2 = true\nK3 = 2';
const WITH_ENV = `${FOUR_CONSTANTS}\n.upvalue\nU0 = L1 R0`;

/** Instructions, and what is found in them (constants K0 to K3, upvalue U0, 10 registers). */
const CASES: readonly (readonly [code: string, found: readonly string[]])[] = [
  ["RETURN R0 1", []],
  ["RETURN R10 1", []],
  ["RETURN R11 1", ["error register main 0 A"]],
  ["VARARG R10 1\nRETURN R0 1", []],
  ["MOVE R0 R12\nRETURN R0 1", ["error register main 0 B"]],
  ["LOADNIL R0 0\nADD R0 R0 R10\nRETURN R0 1", ["error register main 1 C"]],
  ["LOADNIL R8 0\nSELF R9 R8 K1\nRETURN R0 1", ["error register main 1 -"]],
  ["LOADK R0 K4\nRETURN R0 1", ["error constant main 0 Bx"]],
  ["LOADKX R0\nEXTRAARG 4\nRETURN R0 1", ["error constant main 0 Ax"]],
  ["LOADKX R0\nEXTRAARG 0\nRETURN R0 2", []],
  ["EQ 0 K0 K9\nJMP 0\nRETURN R0 1", ["error constant main 0 C"]],
  ["GETUPVAL R0 U1\nRETURN R0 1", ["error upvalue main 0 B"]],
  ["CLOSURE R0 P0\nRETURN R0 1", ["error proto main 0 Bx"]],
  ["JMP -2\nRETURN R0 1", ["error jump-range main 0 sBx"]],
  ["LOADBOOL R0 1 1\nLOADKX R1\nEXTRAARG 0\nRETURN R0 1", ["error jump-operand main 0 C"]],
  ["TEST R0 2\nJMP 0\nRETURN R0 1", ["warning flag-value main 0 C", "error uninitialised main 0 A"]],
  ["LT 2 K0 K3\nJMP 0\nRETURN R0 1", ["warning flag-value main 0 A"]],
  ["JMP 11 0\nRETURN R0 1", ["warning close-range main 0 A"]],
  ["JMP 10 0\nRETURN R0 1", []],
  ["NEWTABLE R0 256 0\nRETURN R0 1", ["warning table-size main 0 B"]],
  ["NEWTABLE R0 0 255\nRETURN R0 1", ["error table-size-overflow main 0 C"]],
  [
    "NEWTABLE R0 0 0\nLOADNIL R1 0\nSETLIST R0 1 0\nEXTRAARG 0\nRETURN R0 1",
    ["warning setlist-range main 2 Ax"],
  ],
  [
    "NEWTABLE R0 0 0\nLOADNIL R1 0\nSETLIST R0 1 0\nEXTRAARG 50000000\nRETURN R0 1",
    ["warning setlist-range main 2 Ax"],
  ],
  ["LOADNIL R0 2\nFORPREP R0 1\nFORLOOP R0 -1\nRETURN R0 1", ["error forprep-target main 1 sBx"]],
  ["LOADNIL R0 2\nFORPREP R0 0\nFORLOOP R1 -1\nRETURN R0 1", ["error forprep-target main 1 sBx"]],
  ["LOADNIL R0 2\nFORPREP R0 0\nFORLOOP R0 -1\nRETURN R0 1", []],
  // Flow: what each instruction gives and needs.
  [
    "LOADK R0 K1\nLOADK R1 K0\nLOADK R2 K0\nJMP 0\nFORLOOP R0 -1\nRETURN R0 1",
    ["error forloop-number main 4 A"],
  ],
  ["LOADK R0 K0\nUNM R1 R0\nMOVE R2 R1\nFORLOOP R0 -1\nRETURN R0 1", []],
  ["LOADK R0 K0\nADD R1 R0 K3\nADD R2 R0 K1\nFORLOOP R0 -1\nRETURN R0 1", ["error forloop-number main 3 A"]],
  ["LOADKX R0\nEXTRAARG 0\nPOW R1 K0 R0\nMOD R2 R1 R1\nFORLOOP R0 -1\nRETURN R0 1", []],
  ["LOADK R0 K0\nLOADNIL R1 0\nLEN R2 R0\nFORLOOP R0 -1\nRETURN R0 1", ["error forloop-number main 3 A"]],
  ["NEWTABLE R0\nSELF R1 R0 K1\nSETLIST R2 0 1\nRETURN R0 1", ["error open-missing main 2 B"]],
  ["NEWTABLE R0\nSELF R1 R0 K1\nLOADNIL R3 0\nSETLIST R2 1 1\nRETURN R1 2", []],
  [
    "NEWTABLE R0\nLOADNIL R1 1\nCONCAT R3 R0 R1\nSETLIST R0 1 1\nRETURN R0 1",
    ["error setlist-table main 3 A"],
  ],
  // The collector, run by these, takes what is above their register; metamethods have their frames there.
  ["NEWTABLE R1\nNEWTABLE R0\nLOADNIL R2 0\nSETLIST R1 1 1\nRETURN R0 1", ["error setlist-table main 3 A"]],
  ["NEWTABLE R0\nNEWTABLE R1\nLOADNIL R2 0\nSETLIST R1 1 1\nSETLIST R0 1 1\nRETURN R0 1", []],
  [
    "LOADNIL R0 1\nNEWTABLE R9\nCONCAT R0 R0 R1\nMOVE R1 R9\nLOADNIL R2 0\nSETLIST R1 1 1\nRETURN R0 1",
    ["error setlist-table main 5 A"],
  ],
  [
    "LOADK R1 K0\nLOADK R2 K0\nLOADK R3 K0\nNEWTABLE R0\nFORLOOP R1 -1\nRETURN R0 1",
    ["error forloop-number main 4 A"],
  ],
  ["NEWTABLE R0\nVARARG R1 0\nSETLIST R0 0 1\nRETURN R0 2", []],
  ["NEWTABLE R0\nVARARG R0 0\nSETLIST R0 0 1\nRETURN R0 2", ["error open-base main 2 A"]],
  ["SETUPVAL R3 U0\nRETURN R0 1", ["error uninitialised main 0 A"]],
  ["SETTABUP U0 K1 R3\nRETURN R0 1", ["error uninitialised main 0 C"]],
  ["GETTABUP R0 U0 R1\nRETURN R0 1", ["error uninitialised main 0 C"]],
  ["LOADNIL R0 0\nGETTABLE R0 R0 R1\nRETURN R0 1", ["error uninitialised main 1 C"]],
  ["SETTABLE R0 K0 K1\nRETURN R0 1", ["error uninitialised main 0 A"]],
  ["LOADNIL R0 0\nCALL R0 3 1\nRETURN R0 1", ["error uninitialised main 1 A"]],
  ["LOADNIL R0 1\nCALL R0 2 3\nRETURN R0 3", []],
  ["LOADNIL R0 1\nCALL R0 2 3\nRETURN R0 4", ["error uninitialised main 2 A"]],
  ["LOADNIL R0 0\nCALL R0 1 0\nRETURN R0 0", []],
  ["VARARG R0 3\nRETURN R0 3", []],
  ["VARARG R0 3\nRETURN R0 4", ["error uninitialised main 1 A"]],
  ["LOADNIL R0 0\nTESTSET R1 R0 1\nJMP 1\nLOADNIL R1 0\nRETURN R1 2", []],
  ["LOADNIL R0 0\nTESTSET R1 R0 1\nJMP 0\nRETURN R1 2", ["error uninitialised main 3 A"]],
  ["LOADNIL R0 2\nJMP 1\nMOVE R5 R3\nTFORCALL R0 1\nTFORLOOP R2 -3\nRETURN R0 1", []],
  [
    "LOADNIL R0 2\nJMP 1\nMOVE R5 R4\nTFORCALL R0 1\nTFORLOOP R2 -3\nRETURN R0 1",
    ["error uninitialised main 2 B"],
  ],
  ["LOADBOOL R0 0 1\nLOADBOOL R0 1 0\nRETURN R0 2", []],
  ["LOADK R0 K0\nJMP 1\nLOADK R1 K0\nRETURN R1 2", ["error uninitialised main 3 A"]],
  ["LOADK R0 K0\nEQ 1 R0 K0\nJMP 1\nJMP -3\nLOADNIL R0 0\nNOT R0 R0\nRETURN R0 2", []],
  ["LOADK R0 K0\nTEST R0 0", ["error test-jump main 1 -"]],
  ["LOADK R0 K0\nTEST R0 0\nJMP -3", ["error fall-off-end main 1 -"]],
];

const NESTED = `.fn
.instruction
RETURN R0 1
.upvalue
U0 = L1 R2
.endfn`;

describe("rules", () => {
  test.each(CASES)("%s", (code, found) => {
    expect(summary(chunkOfCode(code, WITH_ENV))).toEqual(found);
  });

  test("every rule has a case here or in the vectors", () => {
    const covered = new Set(readVectors<VerifyVector>("verify.jsonl").map(({ rule }) => rule));
    for (const [, found] of CASES) for (const line of found) covered.add(line.split(" ")[1] ?? "");
    for (const rule of [
      "depth",
      "upvalue-names",
      "upvalue-count",
      "frame-large",
      "constant-bool",
      "local-order",
    ]) {
      covered.add(rule);
    }
    expect(Object.keys(RULES).filter((rule) => !covered.has(rule))).toEqual([]);
  });

  test("registers shared with closures", () => {
    const loop = (close: number) =>
      `LOADNIL R0 2\nCLOSURE R3 P0\nJMP ${close} 0\nGETUPVAL R2 U0\nCALL R2 1 1\nRETURN R0 1`;
    expect(summary(chunkOfCode(loop(0), `${WITH_ENV}\n${NESTED}`))).toEqual([
      "error call-open-upvalue main 4 A",
    ]);
    expect(summary(chunkOfCode(loop(3), `${WITH_ENV}\n${NESTED}`))).toEqual([]);
    const uninitialised = chunkOfCode("CLOSURE R3 P0\nRETURN R0 1", `${WITH_ENV}\n${NESTED}`);
    expect(summary(uninitialised)).toEqual(["error capture-uninitialised main 0 Bx"]);
    const itself = chunkOfCode("CLOSURE R2 P0\nRETURN R2 2", `${WITH_ENV}\n${NESTED}`);
    expect(summary(itself)).toEqual([]);
  });

  test("registers shared with closures where finalizers and metamethods have their frames", () => {
    const found = (code: string) =>
      summary(chunkOfCode(`LOADNIL R0 2\nCLOSURE R3 P0\n${code}\nRETURN R0 1`, `${WITH_ENV}\n${NESTED}`));
    expect(found("NEWTABLE R2")).toEqual([]);
    expect(found("NEWTABLE R1")).toEqual(["error call-open-upvalue main 2 A"]);
    expect(found("CLOSURE R1 P0")).toEqual(["error call-open-upvalue main 2 A"]);
    expect(found("JMP 3 0\nNEWTABLE R1")).toEqual([]);
    expect(found("CONCAT R0 R0 R1")).toEqual(["error call-open-upvalue main 2 A"]);
    expect(found("LOADNIL R4 1\nCONCAT R2 R4 R5")).toEqual([]);
  });

  test("a table above the register of CLOSURE is none afterwards", () => {
    const code = "LOADNIL R2 0\nNEWTABLE R8\nCLOSURE R3 P0\nLOADNIL R9 0\nSETLIST R8 1 1\nRETURN R0 1";
    expect(summary(chunkOfCode(code, `${WITH_ENV}\n${NESTED}`))).toEqual(["error setlist-table main 4 A"]);
  });

  test("a captured register has no known type", () => {
    const code =
      "LOADK R0 K0\nLOADK R1 K0\nLOADK R2 K0\nCLOSURE R3 P0\nMOVE R2 R1\nFORLOOP R0 -1\nRETURN R0 1";
    expect(summary(chunkOfCode(code, `${WITH_ENV}\n${NESTED}`))).toEqual(["error forloop-number main 5 A"]);
    const join =
      "LOADK R0 K0\nLOADK R1 K0\nLOADK R2 K0\nTEST R0 0\nJMP 1\nCLOSURE R3 P0\nFORLOOP R0 -1\nRETURN R0 1";
    expect(summary(chunkOfCode(join, `${WITH_ENV}\n${NESTED}`))).toEqual(["error forloop-number main 6 A"]);
  });

  test("calls in generic loops", () => {
    const code = "LOADNIL R0 3\nCLOSURE R4 P0\nTFORCALL R0 1\nTFORLOOP R2 0\nRETURN R0 1";
    const nested = NESTED.replace("R2\n", "R3\n");
    expect(summary(chunkOfCode(code, `${WITH_ENV}\n${nested}`))).toEqual([
      "error call-open-upvalue main 2 A",
    ]);
  });

  test("functions as a whole", () => {
    const returning = { code: Uint32Array.of(0x0080001f) };
    const found = (main: Partial<Prototype>) =>
      summary({ header: DEFAULT_HEADER, main: { ...emptyPrototype, ...returning, ...main } });
    expect(found({ maxStackSize: 251 })).toEqual(["warning frame-large main - -"]);
    expect(found({ upvalueNames: ["x"] })).toEqual(["error upvalue-names main - -"]);
    expect(found({ upvalues: new Array(256).fill({ inStack: 1, index: 0 }) })).toEqual([
      "error upvalue-count main - -",
    ]);
    expect(found({ constants: [{ kind: "boolean", byte: 2 }] })).toEqual(["warning constant-bool main - -"]);
    expect(found({ lineInfo: Int32Array.of(1, 2) })).toEqual(["warning lineinfo-length main - -"]);
    const local = { name: "x", startPc: 0, endPc: 1 };
    expect(found({ locals: [local, local, local] })).toEqual(["error local-count main 0 -"]);
    expect(found({ locals: [local, { ...local, endPc: 2n ** 60n }] })).toEqual([
      "error local-range main - -",
    ]);
    let deep: Prototype = { ...emptyPrototype, ...returning };
    for (let level = 0; level < 200; level++) deep = { ...emptyPrototype, ...returning, prototypes: [deep] };
    expect(found(deep)).toEqual([`error depth main${"/0".repeat(200)} - -`]);
  });

  test("the number of errors and of warnings is limited, not one by the other", () => {
    const code = `${"TAILCALL R0 1 1\n".repeat(5)}JMP -100\nRETURN R0 1`;
    const findings = verify(chunkOfCode(code, WITH_ENV), { limit: 3 });
    expect(findings.filter(({ severity }) => severity === "error")).toHaveLength(3);
    expect(findings.filter(({ severity }) => severity === "warning")).toHaveLength(3);
  });

  test("messages say what is wrong and what the VM would do", () => {
    const [finding] = verify(chunkOfText(".fn\n.instruction\nJMP 7\nRETURN R0 1\n.endfn\n"));
    expect(finding?.message).toBe(
      "JMP: the target is pc 8, the code has 2 instructions: foreign memory is executed",
    );
  });

  test("long functions with many joins are verified in linear time", () => {
    const body = "LOADK R1 K0\nEQ 1 R1 K3\nJMP 1\nADD R1 R1 K0\n".repeat(20_000);
    expect(summary(chunkOfCode(`${body}RETURN R0 1`, WITH_ENV))).toEqual([]);
  });
});
