import { expect, test } from "vitest";
import { createHarness } from "./harness.js";

const x64 = createHarness("x64", { types: [{ name: "T", ctype: "struct t" }] });
const x86 = createHarness("x86");

// biome-ignore format: one statement per line
const PROBLEMS: readonly (readonly [statement: string, code: string, index: number | undefined, hint: RegExp])[] = [
  ["mov eax, bx", "bad-operands", 1, /mov rm\*, r\*/],
  ["mov eax, st0", "bad-operands", undefined, /legal forms are:\n {2}mov rm\*, r\*\n/],
  ["inc [rax]", "bad-operands", undefined, /write byte, word, dword or qword before the memory operand/],
  ["push eax", "bad-operands", undefined, /push rv/],
  ["vaddsd xmm0, xmm1, [rax]", "bad-operands", undefined, /vaddsd xmm, xmm, m64/],
  ["mov eax, 0x100000000", "bad-number", 1, /use mov64/],
  ["mov eax, [ecx*3]", "bad-displacement", 1, /the scale must be 1, 2, 4 or 8/],
  ["mov eax, [rax+rsp]", "bad-index-register", 1, /stack pointer can be the base only/],
  ["mov eax, [ax]", "bad-base-register", 1, /64-bit/],
  ["mov eax, [rax-->g]", "inverted-label", 1, /^$/],
  ["mov al, -1", "immediate-out-of-range", 1, /write the unsigned value 255/],
  ["mov al, 300", "immediate-out-of-range", 1, /^$/],
  ["mov rax, ->g", "bad-label-operand", 1, /lea reg, \[label\]/],
  ["mov ah, r9b", "bad-byte-registers", 0, /another byte register/],
  ["vpxor ah, Rb(z), [xmm1]", "bad-byte-registers", 0, /another byte register/],
  ["mov dword [->g], 1", "rip-with-immediate", 0, /lea first/],
  ["mov dword eax, 1", "bad-size-override", 0, /own size/],
  ["mov Rd, 1", "bad-variable-register", 0, /Rd\(reg\)/],
  ["mov eax+1, 1", "bad-operand", 0, /brackets/],
  ["mov eax, T->x", "type-needs-register", 1, /\.type T, struct t, REG/],
  ["mov eax, T:ax->x", "bad-base-register", 1, /base of an address/],
  ["mov eax, T:@q1x->x", "type-needs-register", 1, /\.type T, struct t, REG/],
  ["jmp -> foo", "bad-global-label", 0, /follows `->' directly/],
  ["loop <1", "no-short-reference", 0, /dec ecx; jnz/],
  [".byte eax", "bad-data-item", 0, /number, an expression/],
  [".align 3", "bad-alignment", 0, /power of two/],
  [".space 4, 256", "bad-filler", 1, /0\.\.255/],
  ["foo:", "bad-label-definition", 0, /1: to 9:/],
  [".label 1, 5", "bad-label-assignment", 1, /&address/],
  ["mov64 ecx, 1", "bad-operand-mode", 0, /mov64 r64, imm64/],
];

test("problems have a stable code, a place and a hint", () => {
  for (const [statement, code, index, hint] of PROBLEMS) {
    const { problem } = x64.run(statement);
    expect(problem?.code, statement).toBe(code);
    const part = problem?.part;
    expect(part?.kind === "parameter" ? part.index : undefined, statement).toBe(index);
    expect(problem?.hint ?? "", statement).toMatch(hint);
  }
});

test("operands of 64-bit mode are refused in 32-bit mode", () => {
  const { problem } = x86.run("mov r4b, 1");
  expect(problem).toMatchObject({
    code: "bad-operand-size",
    message: "this operand exists in 64-bit mode only",
    part: { kind: "statement" },
  });
});

test("opcodes of the other mode are told from misspelled ones", () => {
  expect(x86.architecture.describeOtherMode?.("cmpxchg16b")).toBe("`cmpxchg16b' exists in 64-bit mode only");
  expect(x86.architecture.describeOtherMode?.("mov64")).toBe("`mov64' exists in 64-bit mode only");
  expect(x64.architecture.describeOtherMode?.("jcxz")).toBe("`jcxz' exists in 32-bit mode only");
  expect(x64.architecture.describeOtherMode?.("movv")).toBeUndefined();
  expect(x86.architecture.describeOtherMode?.("constructor")).toBeUndefined();
});

test("the architecture names its registers and opcodes", () => {
  const { architecture } = x64;
  expect(architecture.registerToken("r10")).toBe("@qa");
  expect(architecture.registerToken("constructor")).toBeUndefined();
  expect(architecture.showRegisters("@q0 + @b4R * @zz")).toBe("rax + r4b * @zz");
  const opcodes = new Set(architecture.opcodes());
  for (const name of ["mov", "jae", "mov64", ".byte", "vfmadd231pd", "cmpxchg"])
    expect(opcodes).toContain(name);
  expect(new Set(x86.architecture.opcodes())).not.toContain("mov64");
  expect([...architecture.registers()]).toContain("xmm15");
  expect(architecture.baseRegister("@q3")).toBe("@q3");
  expect(() => architecture.baseRegister("@w3")).toThrow("bad base register `bx'");
  expect(() => architecture.baseRegister("foo")).toThrow("bad base register `foo'");
});

test("opcodes are looked up by name and count", () => {
  const { lookup, isExtension, describeForms } = x64.architecture;
  expect(lookup("mov", 2)).toBe("exact");
  expect(lookup("mov", 3)).toBe("other-count");
  expect(lookup("movv", 2)).toBe("unknown");
  expect(lookup(".byte", 16)).toBe("exact");
  expect(lookup(".align", 2)).toBe("other-count");
  for (const name of ["constructor", "__proto__", "toString", ".constructor", ""]) {
    expect(lookup(name, 0), name).toBe("unknown");
  }
  expect(isExtension("cmpxchg", 2)).toBe(true);
  expect(isExtension("movd", 2)).toBe(false);
  expect(isExtension("nonsense", 2)).toBe(false);
  expect(describeForms?.("pushfq")).toBe("legal forms are:\n  pushfq");
  expect(describeForms?.("nonsense")).toBeUndefined();
});

test("the description lists registers, actions and opcodes", () => {
  const lines = x64.architecture.describe().split("\n");
  expect(lines[0]).toBe("DynASM x64 version 1.5.0, released 2021-05-02");
  for (const line of [
    "  Rq    qword    (variable)",
    "  r15b  byte     15",
    "  STOP       FF  255",
    "  .space       num [, filler]",
    "  movsd        reg, mem",
    "  shl          mrm, cl",
    "  fadd         st0, stx",
    "  mov64        reg, [disp]",
    "  mov64        [disp], reg",
  ]) {
    expect(lines).toContain(line);
  }
  expect(x86.architecture.describe()).not.toContain("qword    0");
  // As in the original, by mnemonic and number of operands: fld1_0 stands before fld_1.
  const mnemonics = lines.filter((line) => /^ {2}fld\w* /.test(line)).map((line) => line.slice(2, 14).trim());
  expect(mnemonics.slice(0, 2)).toEqual(["fld1", "fld"]);
});

test("labels are reported with their role", () => {
  const { assemble } = x64.architecture;
  const uses = (opcode: string, ...parameters: string[]) => assemble(opcode, parameters)?.labels;
  expect(uses("jmp", "<1")).toEqual([{ kind: "local", role: "backward", name: "1" }]);
  expect(uses("jmp", ">2")).toEqual([{ kind: "local", role: "forward", name: "2" }]);
  expect(uses(".label", "3")).toEqual([{ kind: "local", role: "definition", name: "3" }]);
  expect(uses(".label", ">4")).toEqual([{ kind: "local", role: "definition", name: "4" }]);
  expect(uses("call", "->f")).toEqual([{ kind: "global", role: "reference", name: "f" }]);
  expect(uses(".label", "->f")).toEqual([{ kind: "global", role: "definition", name: "f" }]);
  expect(uses("jmp", "=>x")).toEqual([{ kind: "pc", role: "reference", name: "x" }]);
  expect(uses(".label", "=>x")).toEqual([{ kind: "pc", role: "definition", name: "x" }]);
  expect(uses("call", "extern puts")).toEqual([{ kind: "extern", role: "reference", name: "puts" }]);
});

test("an address with a vector index is one for gathers only", () => {
  const line = (mnemonic: string): string | undefined => x64.run(mnemonic).error;
  expect(line("vpgatherdd xmm1, [rax+xmm2*4], xmm3")).toBeUndefined();
  expect(line("mov eax, [rax+xmm2*4]")).toBe("bad index register `xmm2'");
  expect(line("vpgatherdd xmm1, [rax+rcx*4], xmm3")).toMatch(/^bad operand mode/);
  expect(line("vpgatherdd ymm1, [rax+xmm2*4], ymm3")).toMatch(/^bad operand size/);
});
