import { readFileSync } from "node:fs";
import type { Random } from "./random.js";

/** A random input: its files and the arguments that translate it. */
export interface Program {
  readonly files: Readonly<Record<string, string>>;
  readonly options: readonly string[];
  readonly main: string;
}

const REGISTERS =
  "eax ecx edx ebx esp ebp esi edi rax rcx rdx rbx rsp rbp rsi rdi r0 r1 r4 r5 r8 r12 r13 r15 r8d r9d r15d ax cx sp r10w " +
  "al cl dl bl ah ch r0b r4b r7b r8b r15b xmm0 xmm1 xmm7 xmm9 xmm15 ymm0 ymm3 ymm8 st0 st1 st7";
const BASES = "eax ecx esp ebp rax rcx rsp rbp rdi r8 r12 r13 r0 r4 r5 r9d";
const INDEXES = "eax ecx ebp rax rcx rbp r8 r12 r13 r9d rsp esp ax xmm1";
const VARIABLE = "Rd Rq Ra Rw Rb xmm ymm Rf";
const SIZES = "byte word dword qword oword yword tword aword xword";
const NUMBERS =
  "0 1 2 4 8 16 127 128 129 255 256 -1 -128 -129 65535 65536 -32768 -32769 0x7f 0x80 0xff 0x7fffffff 0x80000000 " +
  "0xffffff7f 0xffffff80 0xffffffff 0x100000000 2147483647 2147483648 -2147483648 -2147483649 4294967295 4294967296 " +
  "-0 +0 +3 010 1e3 1.0 1.5 -0.5 0b11 0b 0x 0x1p4 0x.8p1 1e400 inf nan -inf 1u 1LL 5ULL 99999999999 0xfffffffffffffff " +
  "-0x80 -0x80000000 1e-400 .5 5. 1e+2 0B101 -0b1 12345678901234567890 0x8000000000000000 - 1_0 ''";
const NAMES =
  "x y foo bar d0 q0 q o1 b4R index EAX eaxx raxx rip n inf_ Dst T U V M m al_ sizeof word_ bytex";
const GLOBALS = "g h label lab@8 x eax foo T";

function expression(r: Random): string {
  switch (r.below(9)) {
    case 0:
      return r.word(NAMES);
    case 1:
      return `${r.word(NAMES)}${r.word("+ - * / ->")}${r.word(NAMES)}`;
    case 2:
      return `(${r.word(NAMES)})`;
    case 3:
      return `${r.word(NAMES)} ${r.word("+ - * | & <<")} ${number(r)}`;
    case 4:
      return `f(${r.list(0, 3, () => r.word(NAMES)).join(", ")})`;
    case 5:
      return r.of([
        "'a'",
        '"s"',
        "a[1]",
        "a[i, 2]",
        "s.x",
        "s->eax",
        "&&x",
        "!x",
        "~x",
        "x ? y : 2",
        "{1,2}",
      ]);
    case 6:
      return `#${r.word("T U V x foo")}`;
    case 7:
      return `${r.word(SIZES)}*${number(r)}`;
    default:
      return `(int)${r.word(NAMES)}`;
  }
}

function number(r: Random): string {
  return r.word(NUMBERS);
}

function variable(r: Random, kinds = VARIABLE): string {
  const gap = r.chance(0.1) ? " " : "";
  return r.chance(0.05)
    ? r.word(kinds)
    : `${r.word(kinds)}${gap}(${r.chance(0.8) ? r.word(NAMES) : expression(r)})`;
}

function register(r: Random, names = REGISTERS): string {
  return r.chance(0.2)
    ? variable(r, names === REGISTERS ? VARIABLE : "Rd Rq Ra Rd Rq Ra Rw xmm")
    : r.word(names);
}

function label(r: Random): string {
  switch (r.below(6)) {
    case 0:
      return r.word("<1 >1 <2 >9 <0 <10 >a");
    case 1:
      return `->${r.word(GLOBALS)}`;
    case 2:
      return `=>${expression(r)}`;
    case 3:
      return `&${expression(r)}`;
    case 4:
      return `extern ${r.word("puts exit@4 foo+4 eax x")}`;
    default:
      return r.of([
        "-> g",
        "->1x",
        "=> x",
        "=>",
        "extern  two",
        "extern a b",
        "extern",
        "& x",
        "&",
        "->g+4",
        "->",
      ]);
  }
}

function typeAccess(r: Random): string {
  const name = r.word(
    "T U V W T:rcx T:ecx T:ax T:x U:rbx U:r8 V:Rq(n) U:Rd(i) T:Rq U:xmm1 U:al T:rsp U:eax:ecx",
  );
  const tail = r.of([
    "",
    "->x",
    ".y",
    "[1]",
    "[i]",
    "[i].x",
    "[1]->x.y",
    "->x.y[3]",
    " ->x",
    "->",
    "..x",
    "[1][2]",
    "x",
    "+4",
    "[1] ->y",
  ]);
  return name + (r.chance(0.1) ? " " : "") + tail;
}

function displacement(r: Random): string {
  const gap = (): string => (r.chance(0.15) ? " " : "");
  const sign = r.word("+ + + -");
  return gap() + sign + gap() + r.of([number, number, number, expression, label, typeAccess])(r);
}

function address(r: Random): string {
  const gap = (): string => (r.chance(0.1) ? " " : "");
  switch (r.below(12)) {
    case 0:
      return gap() + number(r) + gap();
    case 1:
      return label(r);
    case 2:
      return expression(r);
    case 3:
      return typeAccess(r) + (r.chance(0.3) ? displacement(r) : "");
    case 4:
      return `${register(r, INDEXES)}${gap()}*${gap()}${r.word("1 2 4 8 3 16 10 0 x")}${r.chance(0.5) ? displacement(r) : ""}`;
    case 5:
      return `${register(r, BASES)}${gap()}+${gap()}${r.word("T U T:rcx V:eax")}${gap()}${r.word("*2 *4 + -")}${r.chance(0.4) ? displacement(r) : ""}`;
    case 6:
    case 7:
    case 8:
      return register(r, BASES) + (r.chance(0.6) ? displacement(r) : "") + gap();
    default: {
      const scale = r.chance(0.5) ? `${gap()}*${gap()}${r.word("1 2 4 8 8 3 16")}` : "";
      return `${register(r, BASES)}${gap()}+${gap()}${register(r, INDEXES)}${scale}${r.chance(0.6) ? displacement(r) : ""}`;
    }
  }
}

function memory(r: Random): string {
  const size = r.chance(0.6) ? `${r.word(SIZES)}${r.word(" |  |").replace("|", "")}` : "";
  return `${size}${size !== "" && r.chance(0.8) ? " " : ""}[${address(r)}]`;
}

/** One operand of any shape. */
export function operand(r: Random): string {
  switch (r.below(20)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
      return register(r);
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
      return memory(r);
    case 11:
    case 12:
    case 13:
      return number(r);
    case 14:
    case 15:
      return expression(r);
    case 16:
      return label(r);
    case 17:
      return typeAccess(r);
    case 18:
      return `${r.word(SIZES)} ${r.of([number, expression, label, register, typeAccess])(r)}`;
    default:
      return r.of([
        "",
        " ",
        "(",
        ")",
        "[",
        "]",
        "{",
        "[eax",
        "]x[",
        "[]",
        "[ ]",
        "eax ecx",
        "[eax]+4",
        "dword ptr [eax]",
        "fs:[0]",
        "@d0",
        "@",
        "a;b",
        "[[eax]]",
      ]);
  }
}

const OPCODES =
  "mov mov mov add sub and or xor cmp test adc sbb lea imul imul movzx movsx movsxd xchg push pop call jmp jne jz jb shl sar rol shld " +
  "bt bts inc dec neg not mul div bswap lock rep nop ret int leave pause cdq cqo cmovz setz setnz pushfq popfd endbr64 cpuid " +
  "fld fst fstp fild fistp fisttp fadd faddp fsub fmul fxch fcomi fucomip fldcw fstsw fnstsw fldenv fldz fiadd fcmovb ffree " +
  "movd movq movsd movss movaps movups movdqa movdqu movhps movlps movhlps addsd addps mulsd sqrtsd cvtsi2sd cvttsd2si cvtss2sd cvtsd2si " +
  "andpd xorps ucomisd cmpsd cmpps pshufd shufps pinsrw pextrw pextrb pextrd pextrq pinsrd pinsrb insertps extractps roundsd palignr " +
  "paddd pxor psllq psrldq pcmpeqb pmovzxbw ptest movntdqa pblendvb crc32 popcnt lzcnt aesenc pclmulqdq clflush prefetchnta fxsave ldmxcsr " +
  "vaddps vaddsd vmovaps vmovups vmovsd vmovd vmovq vxorps vpaddd vpxor vpslld vpsllq vcvtpd2ps vcvtsi2sd vextractf128 vinsertf128 vperm2f128 " +
  "vblendvps vpblendvb vpinsrw vpextrw vbroadcastss vpbroadcastd vsqrtsd vzeroupper vfmadd231pd vfmadd132ss vpmovzxbw vpermq vpshufd vroundsd " +
  "andn bextr bzhi mulx pdep rorx sarx shlx blsi adcx mov64 mov64 extrq insertq";

/** Every mnemonic of the originals with a number of operands that it takes. */
const MNEMONICS = readFileSync(
  new URL("../../../fixtures/vectors/x86/mnemonics.tsv", import.meta.url),
  "utf8",
)
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split("\t"))
  .filter(([, count]) => /^\d$/.test(count ?? ""))
  .map(([name = "", count]) => ({ name, count: Number(count) }));

/** A mnemonic of the whole set, with operands of one family. */
function anyInstruction(r: Random): string {
  const { name, count } = r.of(MNEMONICS);
  const vectors = "xmm0 xmm3 xmm1 xmm9 xmm15 ymm0 ymm5 ymm8 ymm12";
  const integers = "eax ecx ebp rax rcx r8 r13 r9d al cl bl r10w ax r8b";
  const [first, second] = r.of([
    [vectors, vectors],
    [integers, integers],
    [vectors, integers],
    ["st0 st1 st5", "st0 st2"],
  ] as const);
  const one = (index: number): string => {
    if (index === count - 1 && r.chance(0.35)) return r.chance(0.7) ? number(r) : expression(r);
    if (r.chance(0.3)) return memory(r);
    return register(r, r.chance(0.7) ? first : second);
  };
  return `${name} ${Array.from({ length: count }, (_, index) => one(index)).join(", ")}`;
}

function instruction(r: Random): string {
  if (r.chance(0.4)) return anyInstruction(r);
  const opcode = r.chance(0.02) ? r.word("moov Mov add. .foo . x @d0 1 ->g:") : r.word(OPCODES);
  const count = r.of([0, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 4]);
  const comma = r.chance(0.1) ? r.of([" , ", ",", ",,", " ,"]) : ", ";
  const operands = Array.from({ length: count }, () => operand(r)).join(comma);
  return `${opcode}${r.chance(0.05) ? r.of([",", "\t", "  ", "("]) : " "}${operands}`;
}

/** An instruction whose operands mostly fit. */
function fitting(r: Random): string {
  const value = (): string => (r.chance(0.6) ? number(r) : expression(r));
  const wide = r.word("dword qword oword word byte");
  const plain = r.chance(0.7);
  const place = (): string =>
    plain
      ? memory(r).replace(/^[a-z]*[ ]*/, `${wide} `)
      : `${wide} [${r.word(BASES)}${r.chance(0.6) ? displacement(r) : ""}]`;
  switch (r.below(9)) {
    case 0:
      return `mov ${register(r)}, ${value()}`;
    case 1:
      return `${r.word("add cmp mov test and shl imul sar push inc fld")} ${place()}${r.chance(0.8) ? `, ${value()}` : ""}`;
    case 2:
      return `${r.word("mov add cmp lea movzx movsxd xchg cmovz imul bt")} ${register(r, "eax rax ecx Rd(x) Rq(y) r9 r10d".replace(/\(.\)/g, ""))}, ${place()}`;
    case 3:
      return `${r.word("jmp call je jnz")} ${label(r)}`;
    case 4:
      return `${r.word("addsd movsd movaps mulps pxor cvtsi2sd ucomisd movd movq")} ${register(r, "xmm0 xmm5 xmm9 xmm15")}, ${r.chance(0.5) ? register(r, "xmm0 xmm1 xmm8 rax ecx") : place()}`;
    case 5:
      return `${r.word("vaddps vaddpd vxorps vpaddd vfmadd231pd vsubsd")} ${["", "", ""].map(() => register(r, "xmm0 xmm1 xmm9 ymm1 ymm9")).join(", ")}`;
    case 6:
      return `mov ${place()}, ${register(r)}`;
    case 7:
      return `mov64 ${r.of(["rax", "Rq(x)", "r9", "eax", "al", "[0x123456789abc]", "[p]"])}, ${r.of(["0x123456789", "p", "->g", "[q]", "rax", "eax", "[=>x]"])}`;
    default:
      return `${r.word("push pop inc neg call jmp mul")} ${r.chance(0.6) ? register(r) : place()}`;
  }
}

function data(r: Random): string {
  switch (r.below(10)) {
    case 0:
      return `.align ${r.word("2 4 8 16 32 256 512 3 1 word dword qword oword yword aword byte x 0x10 4.5 -4")}`;
    case 1:
      return `.space ${r.of([number, expression])(r)}${r.chance(0.5) ? `, ${r.of([number, expression])(r)}` : ""}`;
    case 2:
      return `.label ${r.of([label, number])(r)}${r.chance(0.5) ? `, ${label(r)}` : ""}`;
    case 3:
      return `.nop ${operand(r)}, ${operand(r)}`;
    default:
      return `${r.word(".byte .sbyte .word .dword .long .qword .quad .aword .addr .byte .dword .aword")} ${r.list(0, 6, () => (r.chance(0.3) ? operand(r) : r.of([number, expression, label])(r))).join(",")}`;
  }
}

function labelDefinition(r: Random): string {
  return r.of([
    "1:",
    "2:",
    "9:",
    "->g:",
    "->h:",
    "->label:",
    "->lab@8:",
    "=>x:",
    "=>x+1:",
    "=>eax:",
    "10:",
    "0:",
    "->:",
    "=>:",
    "foo:",
    "->g :",
    ":",
    " :",
    "<1:",
    ">1:",
    "0x3:",
    "dword*1:",
    "extern x:",
    "->g: nop",
    ".if X:",
    "&x:",
    "1: 2:",
    "->eax:",
    "eax:",
    "-0:",
    "1.0:",
    "0b1:",
  ]);
}

const DEFINED = "x y z foo bar d0 q3 FLAG s A B C";
function definition(r: Random): string {
  const value = (): string =>
    r.of([
      () => r.word(REGISTERS),
      () => number(r),
      () => expression(r),
      () => r.word(DEFINED),
      () => "",
      () => operand(r),
      () => instruction(r),
      () => `${r.word(DEFINED)} ${r.word(DEFINED)}`,
      () => `"${r.word(DEFINED)}"`,
    ])();
  return `.define ${r.chance(0.9) ? r.word(DEFINED) : r.of(["eax", "1x", "", "a b", "T", "#T", "é"])}${r.chance(0.8) ? `, ${value()}` : ""}`;
}

/** A condition without constructs that need Lua's own error texts too often. */
function condition(r: Random): string {
  const value = (): string =>
    r.chance(0.5)
      ? r.word(`${DEFINED} X64 WIN nil true false`)
      : r.of(["0", "1", "-1", "0.0", "''", '"x"', '"A"', "0x10", "1e1", "'1'", "2"]);
  switch (r.below(7)) {
    case 0:
    case 1:
      return value();
    case 2:
      return `not ${value()}`;
    case 3:
      return `${value()} ${r.word("== ~=")} ${value()}`;
    case 4:
      return `${value()} ${r.word("and or")} ${condition(r)}`;
    case 5:
      return `(${condition(r)}) ${r.word("and or == ~=")} ${condition(r)}`;
    default:
      return `${r.below(5)} ${r.word("+ - * / % ^ < > <= >= ..")} ${r.below(5)}`;
  }
}

/** State of one program: which constructs are open, so that most are closed again. */
interface Draft {
  readonly r: Random;
  readonly isLua: boolean;
  readonly lines: string[];
  readonly includes: readonly string[];
  readonly macros: string[];
}

function gap(r: Random): string {
  return r.chance(0.8) ? " " : r.of(["", "\t", "  ", "   "]);
}

function push(draft: Draft, statement: string): void {
  const { r } = draft;
  const indentation = r.chance(0.85) ? "" : r.of([" ", "  ", "\t", "    "]);
  const comment = r.chance(0.06)
    ? r.of(draft.isLua ? [" // c", " -- d", "//", "--x", " -- a//b"] : [" // c", "//", " -- d", " /* x */"])
    : "";
  const more = r.chance(0.05)
    ? `${r.of([";", "; ", ";;", " ;\t"])}${r.of([instruction, fitting, data, labelDefinition])(r)}`
    : "";
  draft.lines.push(`${indentation}|${gap(r)}${statement}${more}${comment}`);
}

function hostLine(draft: Draft): void {
  const { r } = draft;
  if (r.chance(0.5)) {
    draft.lines.push(
      r.of([
        "host();",
        "",
        "  x = eax;",
        "\tif (x)",
        "/* c */",
        "  || no",
        "#define x",
        "int eax = #T;",
        "caf\xe9",
        "a | b",
        " ",
      ]),
    );
    return;
  }
  draft.lines.push(
    `${r.of(["", " ", "\t"])}||${r.of([" x = eax;", "if (T) {", "}", "// c", " // eax", "f(x, y, #T);", "", " ", "a;b", "x..y", "...", "/* foo */", "|x", "{"])}`,
  );
}

function sectionLine(r: Random): string {
  return r.of([
    ".code",
    ".data",
    ".section code, data",
    ".section code",
    ".section",
    ".section 1x",
    ".section align",
    ".cold",
    ".section code, data, cold",
    ".code x",
  ]);
}

function list(r: Random): string {
  return `.${r.word("actionlist globals globalnames externnames")} ${r.word("A G_ names x eax")}`;
}

function macroCall(draft: Draft): string {
  const { r } = draft;
  const name = draft.macros.length > 0 && r.chance(0.9) ? r.of(draft.macros) : r.word("m1 m2 .m");
  const [base = "m1", count = "1"] = name.split("/");
  const exact = r.chance(0.9) ? Number(count) : r.below(4);
  const values = Array.from({ length: exact }, () =>
    r.chance(0.5) ? operand(r) : r.word("eax ecx rax x 1 8 foo a"),
  );
  return `${base} ${values.join(", ")}`;
}

function macroBody(draft: Draft, parameters: readonly string[], depth: number): void {
  const { r } = draft;
  const parameter = (): string => (parameters.length > 0 ? r.of(parameters) : "eax");
  for (let count = r.below(5); count >= 0; count--) {
    switch (r.below(12)) {
      case 0:
        push(draft, `mov ${parameter()}, ${parameter()}`);
        break;
      case 1:
        push(draft, `mov r..${parameter()}, ${parameter()} .. x`);
        break;
      case 2:
        push(draft, `${parameter()} eax, ${parameter()}`);
        break;
      case 3:
        draft.lines.push(`||${r.of(["f(", " g("])}${parameter()});${r.of(["", " // x", "..", "..."])}`);
        break;
      case 4:
        push(draft, macroCall(draft));
        break;
      case 5:
        push(draft, `.if ${r.chance(0.5) ? parameter() : condition(r)}`);
        push(draft, `mov eax, [${parameter()}+${parameter()}]`);
        if (r.chance(0.9)) push(draft, ".endif");
        break;
      case 6:
        push(draft, `.define ${parameter()}, ${r.word("1 eax x")}`);
        break;
      case 7:
        push(draft, `mov eax, #${parameter()}`);
        break;
      case 8:
        push(draft, `->${parameter()}_x..${parameter()}:`);
        break;
      default:
        anyLine(draft, depth + 1);
    }
  }
}

function macro(draft: Draft, depth: number): void {
  const { r } = draft;
  const name = r.of(["m1", "m2", "m3", ".m", "mov", "m.x", "1m", "eax", ".if", "nop", ".foo"]);
  const parameters = r.chance(0.95)
    ? r.of([[], ["a"], ["a", "b"], ["p1", "p2", "p3"], ["x"], ["a", "mov"]])
    : r.of([["a", "a"], ["eax"], ["1"], "abcdefghijk".split("")]);
  push(draft, `.macro ${[name, ...parameters].join(r.chance(0.9) ? ", " : ",")}`);
  macroBody(draft, parameters, depth);
  if (r.chance(0.97)) push(draft, r.of([".endmacro", ".endmacro", ".endmacro", "xendmacro", " .endmacro "]));
  draft.macros.push(`${name}/${parameters.length}`);
}

function conditional(draft: Draft, depth: number): void {
  const { r } = draft;
  const block = (): void => {
    for (let count = r.below(4); count > 0; count--) anyLine(draft, depth + 1);
  };
  push(draft, `.if ${condition(r)}`);
  block();
  while (r.chance(0.3)) {
    push(draft, `.elif ${condition(r)}`);
    block();
  }
  if (r.chance(0.5)) {
    push(draft, ".else");
    block();
  }
  if (r.chance(0.98)) push(draft, ".endif");
}

function capture(draft: Draft, depth: number): void {
  const { r } = draft;
  const name = r.word("c1 c2 c3");
  push(draft, `.capture ${r.chance(0.97) ? name : r.word("1 eax")}`);
  for (let count = r.below(4); count > 0; count--) anyLine(draft, depth + 1);
  if (r.chance(0.97)) push(draft, ".endcapture");
  if (r.chance(0.95)) push(draft, `.dumpcapture ${name}`);
}

function anyLine(draft: Draft, depth: number): void {
  const { r } = draft;
  const choice = r.below(100);
  if (choice < 22) push(draft, instruction(r));
  else if (choice < 46) push(draft, fitting(r));
  else if (choice < 54) push(draft, data(r));
  else if (choice < 60) push(draft, labelDefinition(r));
  else if (choice < 68) hostLine(draft);
  else if (choice < 73) push(draft, definition(r));
  else if (choice < 75) push(draft, sectionLine(r));
  else if (choice < 77) push(draft, list(r));
  else if (choice < 84) push(draft, macroCall(draft));
  else if (choice < 86) push(draft, typeDeclaration(r));
  else if (choice < 88 && draft.includes.length > 0)
    push(draft, `.include ${r.of([...draft.includes, ...draft.includes, "none.h"])}`);
  else if (choice < 92 && depth < 3) conditional(draft, depth);
  else if (choice < 95 && depth < 3) macro(draft, depth);
  else if (choice < 98 && depth < 2) capture(draft, depth);
  else push(draft, rare(r));
}

function typeDeclaration(r: Random): string {
  const name = r.chance(0.9) ? r.word("T U V W") : r.of(["eax", "1x", ""]);
  return `.type ${name}, ${r.of(["int", "struct s", "foo", "s *", "x"])}${r.chance(0.6) ? `, ${r.of(["rbx", "ebx", "eax", "T", "al", "r13", "Rq", "zz", "rbx ", "U"])}` : ""}`;
}

function rare(r: Random): string {
  return r.of([
    ".error stop here",
    ".error eax",
    ".nop",
    ".nop a, b",
    ".arch x64",
    ".arch x86",
    ".endif",
    ".else",
    ".elif 1",
    ".endmacro",
    ".endcapture",
    ".dumpcapture c1",
    ".dumpcapture none",
    ".fatal enough",
    ".define",
    ".type",
    ".align",
    ".error",
    ".error a, b",
    ".if",
    ".include",
    ".macro",
    ".capture",
  ]);
}

function text(r: Random, lines: readonly string[]): string {
  const end = r.chance(0.1) ? "\r\n" : "\n";
  let joined = lines.map((line) => (r.chance(0.01) ? `${line}\r` : line)).join(end);
  if (r.chance(0.9)) joined += end;
  return joined;
}

const OPTIONS: readonly (readonly string[])[] = [
  [],
  [],
  ["-L"],
  ["-N"],
  ["-c"],
  ["-C"],
  ["-M"],
  ["-F"],
  ["-P"],
  ["-LN"],
  ["-MF"],
  ["-cM"],
  ["-LFN"],
  ["-cMPP"],
  ["-PP"],
  ["-CN"],
  ["-Nc", "-M"],
];
const DEFINES: readonly (readonly string[])[] = [
  ["-D", "FLAG"],
  ["-D", "x=5"],
  ["-D", "A=1"],
  ["-D", "B="],
  ["-D", "foo=bar=1"],
  ["-DU", "y=1", "y"],
  ["-U", "none"],
  ["-D", "eax=ecx"],
  ["-D", "C= 3 "],
  ["-DI", "WIN", "sub"],
  ["-I", "sub"],
  ["--nolineno"],
  ["--D", "z=eax"],
];

/** A random program that uses everything that the translator has. */
export function createProgram(r: Random, isLua: boolean): Program {
  const includes = ["inc.h", "sub/part.h"];
  const files: Record<string, string> = {};
  for (const name of includes) {
    const inner: Draft = {
      r,
      isLua,
      lines: [],
      includes: name === "inc.h" ? ["sub/part.h", "part.h"] : [],
      macros: [],
    };
    for (let count = 1 + r.below(5); count > 0; count--) anyLine(inner, 2);
    files[name] = text(r, inner.lines);
  }
  const draft: Draft = { r, isLua, lines: [], includes: [...includes, "part.h"], macros: [] };
  if (r.chance(0.2)) hostLine(draft);
  if (r.chance(0.98)) push(draft, `.arch ${r.word("x64 x64 x64 x86 x86")}`);
  if (r.chance(0.9)) push(draft, ".actionlist A");
  if (r.chance(0.6)) push(draft, ".type T, int, ebx");
  if (r.chance(0.4)) push(draft, ".type U, struct u");
  if (r.chance(0.2)) push(draft, ".section code, data");
  for (let count = 1 + r.below(14); count > 0; count--) anyLine(draft, 0);
  const main = isLua ? "main.dasl" : "main.dasc";
  files[main] = text(r, draft.lines);
  const options = [...r.of(OPTIONS), ...r.list(0, 2, () => r.of(DEFINES)).flat()];
  return { files, options, main };
}
