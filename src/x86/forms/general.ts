import { conditional, family, forms, hex } from "../notation.js";

/** The arithmetic group, by its number in the opcodes. */
const arithmetic = family(
  "Integer arithmetic and logic",
  (n) => [
    `rm*, r*     : ${hex(8 * n + 1)} /r`,
    `r*, rm*     : ${hex(8 * n + 3)} /r`,
    `rmv, imm~   : 81 /${n} iz~ size1`,
    `rmv, imm8s  : 83 /${n} ib size1`,
    `a*, imm     : ${hex(8 * n + 5)} iz size1`,
    `rm*, imm    : 81 /${n} iz size1`,
  ],
  { add: 0, or: 1, adc: 2, sbb: 3, and: 4, sub: 5, xor: 6, cmp: 7 },
);

/** Shifts and rotations, by the digit in ModRM. */
const shifts = family(
  "Shifts, rotations and bits",
  (digit) => [`rm*, 1    : D1 /${digit}`, `rm*, cl   : D3 /${digit} size1`, `rm*, imm8 : C1 /${digit} ib`],
  { rol: 0, ror: 1, rcl: 2, rcr: 3, shl: 4, sal: 4, shr: 5, sar: 7 },
);

/** Bit tests, by the digit of the immediate form. */
const bitTests = family(
  "Shifts, rotations and bits",
  (digit) => [`rmv, rv   : 0F ${hex(0x83 + 8 * digit)} /r late64`, `rmv, imm8 : 0F BA /${digit} ib late64`],
  { bt: 4, bts: 5, btr: 6, btc: 7 },
);

/** One-operand arithmetic, by the digit in ModRM. */
const unary = family("Integer arithmetic and logic", (digit) => [`rm* : F7 /${digit}`], {
  not: 2,
  neg: 3,
  mul: 4,
  div: 6,
  idiv: 7,
});

const jumps = conditional("Control flow", "j", (n) => [`rel32 : 0F ${hex(0x80 + n)} cd`]);
const sets = conditional("Moves", "set", (n) => [`rm8 : 0F ${hex(0x90 + n)} /2`]);
const moves = conditional("Moves", "cmov", (n) => [`rv, rmv : 0F ${hex(0x40 + n)} /r`]);

// biome-ignore format: one form per line
const integer = forms("Integer arithmetic and logic", {
  test: [
    "rm*, r*         : 85 /r",
    "r*, rm*         : 85 /r",
    "a*, imm         : A9 iz",
    "rm*, imm        : F7 /0 iz",
  ],
  inc: [
    "rv              : 40+r          i64",
    "rm*             : FF /0",
  ],
  dec: [
    "rv              : 48+r          i64",
    "rm*             : FF /1",
  ],
  imul: [
    "rm*             : F7 /5",
    "rv, rmv         : 0F AF /r",
    "rv, imm~        : 69 /rr iz~",
    "rv, imm8s       : 6B /rr ib",
    "rv, imm         : 69 /rr iz",
    "rv, rmv, imm~   : 69 /r iz~",
    "rv, rmv, imm8s  : 6B /r ib",
    "rv, rmv, imm    : 69 /r iz",
  ],
  adcx: ["ry, rmy         : 66 0F 38 F6 /r"],
  adox: ["ry, rmy         : F3 0F 38 F6 /r"],
  crc32: [
    "ry, rmy         : F2 0F 38 F1 /r",
    "ry, rm8         : F2 0F 38 F0 /r",
    "r32, rm16       : 66 F2 0F 38 F1 /r",
  ],
  cbw:  [":                66 98"],
  cwde: [":                98"],
  cdqe: [":                48 98"],
  cwd:  [":                66 99"],
  cdq:  [":                99"],
  cqo:  [":                48 99"],
});

// biome-ignore format: one form per line
const bits = forms("Shifts, rotations and bits", {
  shld: [
    "rmv, rv, imm8   : 0F A4 /r ib",
    "rmv, rv, cl     : 0F A5 /r       exact",
  ],
  shrd: [
    "rmv, rv, imm8   : 0F AC /r ib",
    "rmv, rv, cl     : 0F AD /r       exact",
  ],
  bsf:    ["rv, rmv         : 0F BC /r"],
  bsr:    ["rv, rmv         : 0F BD /r"],
  popcnt: ["rv, rmv         : F3 0F B8 /r"],
  lzcnt:  ["rv, rmv         : F3 0F BD /r"],
  tzcnt:  ["rv, rmv         : F3 0F BC /r"],
});

// biome-ignore format: one form per line
const data = forms("Moves", {
  mov: [
    "moffs, a*       : A3 ao",
    "a*, moffs       : A1 ao",
    "rm*, r*         : 89 /r",
    "r*, rm*         : 8B /r",
    "r8, imm         : B0+r ib",
    "rm64, imm       : REX.W C7 /0 iz  o64",
    "rv, imm         : B8+r iz",
    "rm*, imm        : C7 /0 iz",
  ],
  movzx: [
    "rv, rm8         : 0F B6 /r",
    "ry, rm16        : 0F B7 /r",
  ],
  movsx: [
    "rv, rm8         : 0F BE /r",
    "ry, rm16        : 0F BF /r",
  ],
  movsxd: ["r64, rm32       : REX.W 63 /r     o64"],
  movnti: ["my, ry          : 0F C3 /r"],
  lea:    ["ry, m           : 8D /r          size1"],
  xchg: [
    "av, rv          : 90+r",
    "rv, av          : 90+r",
    "r*, rm*         : 87 /r",
    "rm*, r*         : 87 /r",
  ],
  bswap:  ["ry              : 0F C8+r"],
  push: [
    "rv              : 50+r            d64",
    "rmv             : FF /6           d64",
    "imm8s           : 6A ib",
    "imm8            : 6A ib           exact",
    "imm             : 68 iz           anysize",
  ],
  pop: [
    "rv              : 58+r            d64",
    "rmv             : 8F /0           d64",
  ],
});

// biome-ignore format: one form per line
const control = forms("Control flow", {
  call: [
    "rm64            : FF /2           o64",
    "rm32            : FF /2           i64",
    "rel32           : E8 cd",
  ],
  jmp: [
    "rm64            : FF /4           o64",
    "rm32            : FF /4           i64",
    "rel32           : E9 cd",
  ],
  ret: [
    ":                 C3",
    "imm16           : C2 iw",
  ],
  int:     ["imm8            : CD ib"],
  int1:    [": F1"],
  int3:    [": CC"],
  into:    [": CE"],
  leave:   [": C9"],
  nop:     [": 90"],
  pause:   [": F3 90"],
  endbr32: [": F3 0F 1E FB"],
  endbr64: [": F3 0F 1E FA"],
});

const flags = forms("Flags", {
  clc: [": F8"],
  stc: [": F9"],
  cmc: [": F5"],
  cld: [": FC"],
  std: [": FD"],
  lahf: [": 9F"],
  sahf: [": 9E"],
  pushf: [": 9C"],
  popf: [": 9D"],
  pushfd: [": 9C i64"],
  popfd: [": 9D i64"],
  pushfq: [": 9C o64"],
  popfq: [": 9D o64"],
});

const strings = forms("String operations", {
  movsb: [": A4"],
  movsw: [": 66 A5"],
  cmpsb: [": A6"],
  cmpsw: [": 66 A7"],
  stosb: [": AA"],
  stosw: [": 66 AB"],
  stosd: [": AB"],
  lodsb: [": AC"],
  lodsw: [": 66 AD"],
  lodsd: [": AD"],
  scasb: [": AE"],
  scasw: [": 66 AF"],
  scasd: [": AF"],
});

const prefixes = forms("Prefixes", {
  lock: [": F0"],
  rep: [": F3"],
  repe: [": F3"],
  repz: [": F3"],
  repne: [": F2"],
  repnz: [": F2"],
  es: [": 26"],
  cs: [": 2E"],
  ss: [": 36"],
  ds: [": 3E"],
  fs: [": 64"],
  gs: [": 65"],
  o16: [": 66"],
  a16: [": 67 i64"],
  a32: [": 67 o64"],
});

// biome-ignore format: one form per line
const system = forms("System and cache", {
  cpuid:  [": 0F A2"],
  rdtsc:  [": 0F 31"],
  rdpmc:  [": 0F 33"],
  lfence: [": 0F AE E8"],
  mfence: [": 0F AE F0"],
  sfence: [": 0F AE F8"],
  clflush: ["m : 0F AE /7 anysize"],
  fxsave:  ["m : 0F AE /0 anysize"],
  fxrstor: ["m : 0F AE /1 anysize"],
  ldmxcsr: ["m32 : 0F AE /2"],
  stmxcsr: ["m32 : 0F AE /3"],
  prefetchnta: ["m8 : 0F 18 /0"],
  prefetcht0:  ["m8 : 0F 18 /1"],
  prefetcht1:  ["m8 : 0F 18 /2"],
  prefetcht2:  ["m8 : 0F 18 /3"],
});

export const generalGroups = [
  data,
  integer,
  arithmetic,
  bits,
  shifts,
  bitTests,
  unary,
  control,
  jumps,
  sets,
  moves,
  flags,
  strings,
  prefixes,
  system,
] as const;
