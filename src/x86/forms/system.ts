import { family, forms } from "../notation.js";

// biome-ignore format: one form per line
const atomic = forms("Atomic operations", {
  cmpxchg:    ["rm*, r*  : 0F B1 /r"],
  xadd:       ["rm*, r*  : 0F C1 /r"],
  cmpxchg8b:  ["m64      : 0F C7 /1 unsized"],
  cmpxchg16b: ["m128     : REX.W 0F C7 /1 o64 unsized"],
}, "extension");

/** Jumps with an 8-bit displacement, by the opcode. */
const shortJumps = family(
  "Control flow",
  (opcode) => [`rel8 : ${opcode} cb`],
  {
    loopne: "E0",
    loopnz: "E0",
    loope: "E1",
    loopz: "E1",
    loop: "E2",
  },
  "extension",
);

// biome-ignore format: one form per line
const control = forms("Control flow", {
  jcxz:     ["rel8 : 67 E3 cb i64"],
  jecxz:    ["rel8 : E3 cb i64", "rel8 : 67 E3 cb o64"],
  jrcxz:    ["rel8 : E3 cb o64"],
  ud2:      [": 0F 0B"],
  hlt:      [": F4"],
  syscall:  [": 0F 05"],
  sysret:   [": 0F 07"],
  sysretq:  [": 48 0F 07 o64"],
  sysenter: [": 0F 34"],
  sysexit:  [": 0F 35"],
  sysexitq: [": 48 0F 35 o64"],
  cli:      [": FA"],
  sti:      [": FB"],
}, "extension");

// biome-ignore format: one form per line
const ports = forms("Ports", {
  in: [
    "al, imm8  : E4 ib    size1",
    "ax, imm8  : 66 E5 ib size1",
    "eax, imm8 : E5 ib    size1",
    "al, dx    : EC       size1",
    "ax, dx    : 66 ED    size1",
    "eax, dx   : ED       size1",
  ],
  out: [
    "imm8, al  : E6 ib    size2",
    "imm8, ax  : 66 E7 ib size2",
    "imm8, eax : E7 ib    size2",
    "dx, al    : EE       size2",
    "dx, ax    : 66 EF    size2",
    "dx, eax   : EF       size2",
  ],
}, "extension");

// biome-ignore format: one form per line
const state = forms("Processor state", {
  rdtscp:   [": 0F 01 F9"],
  xgetbv:   [": 0F 01 D0"],
  xsetbv:   [": 0F 01 D1"],
  monitor:  [": 0F 01 C8"],
  mwait:    [": 0F 01 C9"],
  rdrand:   ["rv : 0F C7 /6"],
  rdseed:   ["rv : 0F C7 /7"],
  rdfsbase: ["ry : F3 0F AE /0 o64"],
  rdgsbase: ["ry : F3 0F AE /1 o64"],
  wrfsbase: ["ry : F3 0F AE /2 o64"],
  wrgsbase: ["ry : F3 0F AE /3 o64"],
  fxsave64:   ["m : REX.W 0F AE /0 o64"],
  fxrstor64:  ["m : REX.W 0F AE /1 o64"],
  xsave:      ["m : 0F AE /4"],
  xsave64:    ["m : REX.W 0F AE /4 o64"],
  xrstor:     ["m : 0F AE /5"],
  xrstor64:   ["m : REX.W 0F AE /5 o64"],
  xsaveopt:   ["m : 0F AE /6"],
  xsaveopt64: ["m : REX.W 0F AE /6 o64"],
  xrstors:    ["m : 0F C7 /3"],
  xrstors64:  ["m : REX.W 0F C7 /3 o64"],
  xsavec:     ["m : 0F C7 /4"],
  xsavec64:   ["m : REX.W 0F C7 /4 o64"],
  xsaves:     ["m : 0F C7 /5"],
  xsaves64:   ["m : REX.W 0F C7 /5 o64"],
}, "extension");

// biome-ignore format: one form per line
const memory = forms("Memory and cache", {
  movbe: [
    "rv, mv : 0F 38 F0 /r",
    "mv, rv : 0F 38 F1 /r",
  ],
  clflushopt:  ["m : 66 0F AE /7"],
  clwb:        ["m : 66 0F AE /6"],
  prefetchw:   ["m : 0F 0D /1"],
  prefetchwt1: ["m : 0F 0D /2"],
  invlpg:      ["m : 0F 01 /7"],
}, "extension");

export const systemGroups = [atomic, shortJumps, control, ports, state, memory] as const;
