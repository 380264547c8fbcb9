import { family, forms, hex } from "../notation.js";

/** Arithmetic with a register or a float in memory, by the digit in ModRM. */
const arithmetic = family(
  "x87 arithmetic",
  (digit) => {
    // In the direction `st, st0` the reversed operations have exchanged opcodes.
    const reversed = digit < 4 ? digit : digit ^ 1;
    return [
      `st       : D8 ${hex(0xc0 + 8 * digit)}+i`,
      `m32      : D8 /${digit}`,
      `m64      : DC /${digit}`,
      `st0, st  : D8 ${hex(0xc0 + 8 * digit)}+i`,
      `st, st0  : DC ${hex(0xc0 + 8 * reversed)}+i`,
      `st0, m32 : D8 /${digit} size2`,
      `st0, m64 : DC /${digit} size2`,
    ];
  },
  { fadd: 0, fmul: 1, fsub: 4, fsubr: 5, fdiv: 6, fdivr: 7 },
);

/** Comparisons with a register or a float in memory, by the digit in ModRM. */
const comparisons = family(
  "x87 comparisons",
  (digit) => [
    `st       : D8 ${hex(0xc0 + 8 * digit)}+i`,
    `m32      : D8 /${digit}`,
    `m64      : DC /${digit}`,
    `st0, st  : D8 ${hex(0xc0 + 8 * digit)}+i`,
    `st0, m32 : D8 /${digit} size2`,
    `st0, m64 : DC /${digit} size2`,
  ],
  { fcom: 2, fcomp: 3 },
);

/** Arithmetic that pops, by the second opcode byte. */
const popping = family(
  "x87 arithmetic",
  (base) => [`st      : DE ${hex(base)}+i`, `st, st0 : DE ${hex(base)}+i`],
  { faddp: 0xc0, fmulp: 0xc8, fsubrp: 0xe0, fsubp: 0xe8, fdivrp: 0xf0, fdivp: 0xf8 },
);

/** Arithmetic with an integer in memory, by the digit in ModRM. */
const integer = family("x87 arithmetic", (digit) => [`m16 : DE /${digit}`, `m32 : DA /${digit}`], {
  fiadd: 0,
  fimul: 1,
  ficom: 2,
  ficomp: 3,
  fisub: 4,
  fisubr: 5,
  fidiv: 6,
  fidivr: 7,
});

/** Comparisons and conditional moves between st0 and another register. */
const withTop = family(
  "x87 comparisons and conditional moves",
  (opcode) => [`st      : ${opcode}+i`, `st0, st : ${opcode}+i`],
  {
    fucom: "DD E0",
    fucomp: "DD E8",
    fucomi: "DB E8",
    fucomip: "DF E8",
    fcomi: "DB F0",
    fcomip: "DF F0",
    fcmovb: "DA C0",
    fcmove: "DA C8",
    fcmovbe: "DA D0",
    fcmovu: "DA D8",
    fcmovnb: "DB C0",
    fcmovne: "DB C8",
    fcmovnbe: "DB D0",
    fcmovnu: "DB D8",
  },
);

const withoutOperands = family("x87 without operands", (second) => [`: D9 ${hex(second)}`], {
  fnop: 0xd0,
  fchs: 0xe0,
  fabs: 0xe1,
  ftst: 0xe4,
  fxam: 0xe5,
  fld1: 0xe8,
  fldl2t: 0xe9,
  fldl2e: 0xea,
  fldpi: 0xeb,
  fldlg2: 0xec,
  fldln2: 0xed,
  fldz: 0xee,
  f2xm1: 0xf0,
  fyl2x: 0xf1,
  fptan: 0xf2,
  fpatan: 0xf3,
  fxtract: 0xf4,
  fprem1: 0xf5,
  fdecstp: 0xf6,
  fincstp: 0xf7,
  fprem: 0xf8,
  fyl2xp1: 0xf9,
  fsqrt: 0xfa,
  fsincos: 0xfb,
  frndint: 0xfc,
  fscale: 0xfd,
  fsin: 0xfe,
  fcos: 0xff,
});

// biome-ignore format: one form per line
const others = forms("x87 loads, stores and control", {
  fld: [
    "st      : D9 C0+i",
    "m32     : D9 /0",
    "m64     : DD /0",
    "m80     : DB /5",
  ],
  fst: [
    "st      : DD D0+i",
    "m32     : D9 /2",
    "m64     : DD /2",
  ],
  fstp: [
    "st      : DD D8+i",
    "m32     : D9 /3",
    "m64     : DD /3",
    "m80     : DB /7",
  ],
  fpop: [": DD D8"],
  fild: [
    "m16     : DF /0",
    "m32     : DB /0",
    "m64     : DF /5",
  ],
  fist: [
    "m16     : DF /2",
    "m32     : DB /2",
  ],
  fistp: [
    "m16     : DF /3",
    "m32     : DB /3",
    "m64     : DF /7",
  ],
  fisttp: [
    "m16     : DF /1",
    "m32     : DB /1",
    "m64     : DD /1",
  ],
  fxch: [
    ":         D9 C9",
    "st      : D9 C8+i",
    "st0, st : D9 C8+i",
    "st, st0 : D9 C8+i",
  ],
  fcompp:  [": DE D9"],
  fucompp: [": DA E9"],
  fldcw:   ["m16 : D9 /5"],
  fstcw:   ["m16 : 9B D9 /7"],
  fnstcw:  ["m16 : D9 /7"],
  fstsw: [
    "ax      : 9B DF E0",
    "m16     : 9B DD /7",
  ],
  fnstsw: [
    "ax      : DF E0",
    "m16     : DD /7",
  ],
  fldenv:  ["m : D9 /4 anysize"],
  fstenv:  ["m : 9B D9 /6 anysize"],
  fnstenv: ["m : D9 /6 anysize"],
  fclex:   [": 9B DB E2"],
  fnclex:  [": DB E2"],
  wait:    [": 9B"],
  fwait:   [": 9B"],
});

export const x87Groups = [
  others,
  arithmetic,
  comparisons,
  popping,
  integer,
  withTop,
  withoutOperands,
] as const;
