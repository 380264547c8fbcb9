import { forms } from "../notation.js";

// biome-ignore format: one form per line
const bmi = forms("Bit manipulation (BMI1, BMI2)", {
  andn:   ["ry, ry, rmy     : VEX.0F38 F2 /r"],
  bextr:  ["ry, rmy, ry     : VEX.0F38 F7 /r"],
  blsr:   ["ry, rmy         : VEX.0F38 F3 /1"],
  blsmsk: ["ry, rmy         : VEX.0F38 F3 /2"],
  blsi:   ["ry, rmy         : VEX.0F38 F3 /3"],
  bzhi:   ["ry, rmy, ry     : VEX.0F38 F5 /r"],
  mulx:   ["ry, ry, rmy     : VEX.F2.0F38 F6 /r"],
  pdep:   ["ry, ry, rmy     : VEX.F2.0F38 F5 /r"],
  pext:   ["ry, ry, rmy     : VEX.F3.0F38 F5 /r"],
  rorx:   ["ry, rmy, imm8s  : VEX.F2.0F3A F0 /r ib"],
  sarx:   ["ry, rmy, ry     : VEX.F3.0F38 F7 /r"],
  shlx:   ["ry, rmy, ry     : VEX.66.0F38 F7 /r"],
  shrx:   ["ry, rmy, ry     : VEX.F2.0F38 F7 /r"],
});

export const bmiGroups = [bmi] as const;
