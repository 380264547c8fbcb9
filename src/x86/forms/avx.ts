import { family, forms } from "../notation.js";

/** The encodings of a family member are written `pp map opcode [W1]`, for example `66 0F38 98 W1`. */
function vex(code: string, length = ""): string {
  const parts = code.split(" ");
  const opcode = parts[parts.length - 1] === "W1" ? parts[parts.length - 2] : parts[parts.length - 1];
  const w = parts[parts.length - 1] === "W1" ? ".W1" : "";
  const fields = parts.slice(0, w === "" ? -1 : -2).join(".");
  return `VEX.${length}${fields}${w} ${opcode}`;
}

/** Three operands, xmm or ymm. */
const threeOperands = family("AVX, three operands", (code) => [`xy, xy, xy/m : ${vex(code)} /r`], {
  vaddps: "0F 58",
  vmulps: "0F 59",
  vsubps: "0F 5C",
  vminps: "0F 5D",
  vdivps: "0F 5E",
  vmaxps: "0F 5F",
  vaddpd: "66 0F 58",
  vmulpd: "66 0F 59",
  vsubpd: "66 0F 5C",
  vminpd: "66 0F 5D",
  vdivpd: "66 0F 5E",
  vmaxpd: "66 0F 5F",
  vandps: "0F 54",
  vandnps: "0F 55",
  vorps: "0F 56",
  vxorps: "0F 57",
  vandpd: "66 0F 54",
  vandnpd: "66 0F 55",
  vorpd: "66 0F 56",
  vxorpd: "66 0F 57",
  vunpcklps: "0F 14",
  vunpckhps: "0F 15",
  vunpcklpd: "66 0F 14",
  vunpckhpd: "66 0F 15",
  vhaddpd: "66 0F 7C",
  vhaddps: "F2 0F 7C",
  vhsubpd: "66 0F 7D",
  vhsubps: "F2 0F 7D",
  vaddsubpd: "66 0F D0",
  vaddsubps: "F2 0F D0",
  vpunpcklbw: "66 0F 60",
  vpunpcklwd: "66 0F 61",
  vpunpckldq: "66 0F 62",
  vpacksswb: "66 0F 63",
  vpcmpgtb: "66 0F 64",
  vpcmpgtw: "66 0F 65",
  vpcmpgtd: "66 0F 66",
  vpackuswb: "66 0F 67",
  vpunpckhbw: "66 0F 68",
  vpunpckhwd: "66 0F 69",
  vpunpckhdq: "66 0F 6A",
  vpackssdw: "66 0F 6B",
  vpunpcklqdq: "66 0F 6C",
  vpunpckhqdq: "66 0F 6D",
  vpcmpeqb: "66 0F 74",
  vpcmpeqw: "66 0F 75",
  vpcmpeqd: "66 0F 76",
  vpaddq: "66 0F D4",
  vpmullw: "66 0F D5",
  vpsubusb: "66 0F D8",
  vpsubusw: "66 0F D9",
  vpminub: "66 0F DA",
  vpand: "66 0F DB",
  vpaddusb: "66 0F DC",
  vpaddusw: "66 0F DD",
  vpmaxub: "66 0F DE",
  vpandn: "66 0F DF",
  vpavgb: "66 0F E0",
  vpavgw: "66 0F E3",
  vpmulhuw: "66 0F E4",
  vpmulhw: "66 0F E5",
  vpsubsb: "66 0F E8",
  vpsubsw: "66 0F E9",
  vpminsw: "66 0F EA",
  vpor: "66 0F EB",
  vpaddsb: "66 0F EC",
  vpaddsw: "66 0F ED",
  vpmaxsw: "66 0F EE",
  vpxor: "66 0F EF",
  vpmuludq: "66 0F F4",
  vpmaddwd: "66 0F F5",
  vpsadbw: "66 0F F6",
  vpsubb: "66 0F F8",
  vpsubw: "66 0F F9",
  vpsubd: "66 0F FA",
  vpsubq: "66 0F FB",
  vpaddb: "66 0F FC",
  vpaddw: "66 0F FD",
  vpaddd: "66 0F FE",
  vpshufb: "66 0F38 00",
  vphaddw: "66 0F38 01",
  vphaddd: "66 0F38 02",
  vphaddsw: "66 0F38 03",
  vpmaddubsw: "66 0F38 04",
  vphsubw: "66 0F38 05",
  vphsubd: "66 0F38 06",
  vphsubsw: "66 0F38 07",
  vpsignb: "66 0F38 08",
  vpsignw: "66 0F38 09",
  vpsignd: "66 0F38 0A",
  vpmulhrsw: "66 0F38 0B",
  vpmuldq: "66 0F38 28",
  vpcmpeqq: "66 0F38 29",
  vpackusdw: "66 0F38 2B",
  vpcmpgtq: "66 0F38 37",
  vpminsb: "66 0F38 38",
  vpminsd: "66 0F38 39",
  vpminuw: "66 0F38 3A",
  vpminud: "66 0F38 3B",
  vpmaxsb: "66 0F38 3C",
  vpmaxsd: "66 0F38 3D",
  vpmaxuw: "66 0F38 3E",
  vpmaxud: "66 0F38 3F",
  vpmulld: "66 0F38 40",
  vpsrlvd: "66 0F38 45",
  vpsrlvq: "66 0F38 45 W1",
  vpsravd: "66 0F38 46",
  vpsllvd: "66 0F38 47",
  vpsllvq: "66 0F38 47 W1",
});

/** Three operands, xmm only. */
const threeXmm = family("AVX, three operands", (code) => [`xmm, xmm, xmm/m128 : ${vex(code)} /r`], {
  vaesenc: "66 0F38 DC",
  vaesenclast: "66 0F38 DD",
  vaesdec: "66 0F38 DE",
  vaesdeclast: "66 0F38 DF",
});

/** Three operands on one float. */
const threeSingle = family("AVX, three operands", (code) => [`xmm, xmm, xmm/m32 : ${vex(code)} /r`], {
  vaddss: "F3 0F 58",
  vmulss: "F3 0F 59",
  vsubss: "F3 0F 5C",
  vminss: "F3 0F 5D",
  vdivss: "F3 0F 5E",
  vmaxss: "F3 0F 5F",
  vrsqrtss: "F3 0F 52",
  vrcpss: "F3 0F 53",
  vcvtss2sd: "F3 0F 5A",
});

/** Three operands on one double. */
const threeDouble = family("AVX, three operands", (code) => [`xmm, xmm, xmm/m64 : ${vex(code)} /r`], {
  vaddsd: "F2 0F 58",
  vmulsd: "F2 0F 59",
  vsubsd: "F2 0F 5C",
  vminsd: "F2 0F 5D",
  vdivsd: "F2 0F 5E",
  vmaxsd: "F2 0F 5F",
  vcvtsd2ss: "F2 0F 5A",
});

/** Two operands, xmm or ymm. */
const twoOperands = family("AVX, two operands", (code) => [`xy, xy/m : ${vex(code)} /r`], {
  vsqrtps: "0F 51",
  vsqrtpd: "66 0F 51",
  vrsqrtps: "0F 52",
  vrcpps: "0F 53",
  vcvtdq2ps: "0F 5B",
  vcvtps2dq: "66 0F 5B",
  vcvttps2dq: "F3 0F 5B",
  vcvtpd2dq: "F2 0F E6",
  vcvtpd2ps: "66 0F 5A",
  vmovsldup: "F3 0F 12",
  vmovshdup: "F3 0F 16",
  vptestps: "66 0F38 0E",
  vptestpd: "66 0F38 0F",
  vptest: "66 0F38 17",
  vpabsb: "66 0F38 1C",
  vpabsw: "66 0F38 1D",
  vpabsd: "66 0F38 1E",
});

/** Moves of whole registers, by the opcodes of load and store. */
const wholeMoves = family(
  "AVX moves",
  (codes) => [
    `xy, xy/m : ${vex(codes.slice(0, codes.indexOf(",")))} /r`,
    `mxy, xy  : ${vex(codes.slice(codes.indexOf(",") + 1))} /r`,
  ],
  {
    vmovups: "0F 10,0F 11",
    vmovupd: "66 0F 10,66 0F 11",
    vmovaps: "0F 28,0F 29",
    vmovapd: "66 0F 28,66 0F 29",
    vmovdqa: "66 0F 6F,66 0F 7F",
    vmovdqu: "F3 0F 6F,F3 0F 7F",
  },
);

/** Moves of one half, by the opcodes of load and store. */
const halfMoves = family(
  "AVX moves",
  (codes) => [
    `xmm, xmm, m64 : ${vex(codes.slice(0, codes.indexOf(",")))} /r`,
    `m64, xmm      : ${vex(`${codes.slice(codes.indexOf(",") + 1)} W1`)} /r`,
  ],
  {
    vmovlps: "0F 12,0F 13",
    vmovlpd: "66 0F 12,66 0F 13",
    vmovhps: "0F 16,0F 17",
    vmovhpd: "66 0F 16,66 0F 17",
  },
);

/** Three operands and a byte that selects or controls. */
const threeWithByte = family(
  "AVX, three operands and an immediate",
  (code) => [`xy, xy, xy/m, imm8 : ${vex(code)} /r ib`],
  {
    vcmpps: "0F C2",
    vcmppd: "66 0F C2",
    vshufps: "0F C6",
    vshufpd: "66 0F C6",
    vpblendd: "66 0F3A 02",
    vblendps: "66 0F3A 0C",
    vblendpd: "66 0F3A 0D",
    vpblendw: "66 0F3A 0E",
    vpalignr: "66 0F3A 0F",
    vdpps: "66 0F3A 40",
    vmpsadbw: "66 0F3A 42",
  },
);

/** Two operands and a byte that selects or controls. */
const twoWithByte = family(
  "AVX, two operands and an immediate",
  (code) => [`xy, xy/m, imm8 : ${vex(code)} /r ib`],
  {
    vpshufd: "66 0F 70",
    vpshufhw: "F3 0F 70",
    vpshuflw: "F2 0F 70",
    vroundps: "66 0F3A 08",
    vroundpd: "66 0F3A 09",
  },
);

/** Two xmm operands and a byte that selects or controls. */
const xmmWithByte = family(
  "AVX, two operands and an immediate",
  (code) => [`xmm, xmm/m128, imm8 : ${vex(code)} /r ib`],
  {
    vpcmpestrm: "66 0F3A 60",
    vpcmpestri: "66 0F3A 61",
    vpcmpistrm: "66 0F3A 62",
    vpcmpistri: "66 0F3A 63",
    vaeskeygenassist: "66 0F3A DF",
  },
);

/** Blends selected by a fourth register. */
const variableBlends = family("AVX, four registers", (code) => [`xy, xy, xy/m, xy : ${vex(code)} /r /is4`], {
  vblendvps: "66 0F3A 4A",
  vblendvpd: "66 0F3A 4B",
  vpblendvb: "66 0F3A 4C",
});

/** Shifts, by the last opcode byte of the register form and `opcode /digit` of the immediate form. */
const shifts = family(
  "AVX shifts",
  (codes) => [
    `xy, xy, xy/m : VEX.66.0F ${codes.slice(0, 2)} /r`,
    `xy, xy, imm8 : VEX.66.0F ${codes.slice(3)} ib`,
  ],
  {
    vpsrlw: "D1 71 /2",
    vpsrld: "D2 72 /2",
    vpsrlq: "D3 73 /2",
    vpsraw: "E1 71 /4",
    vpsrad: "E2 72 /4",
    vpsllw: "F1 71 /6",
    vpslld: "F2 72 /6",
    vpsllq: "F3 73 /6",
  },
);

/** Extending moves; the reference wants a ymm source register for a ymm destination. */
const extendingMoves = family(
  "AVX extending moves",
  (code) => {
    const [opcode, half, quarter] = code.split(" ");
    return [
      `xmm, xmm/${half} : VEX.66.0F38 ${opcode} /r`,
      `ymm, ymm : VEX.256.66.0F38 ${opcode} /r`,
      `ymm, ${quarter} : VEX.256.66.0F38 ${opcode} /r`,
    ];
  },
  {
    vpmovsxbw: "20 m64 m128",
    vpmovsxbd: "21 m32 m64",
    vpmovsxbq: "22 m16 m32",
    vpmovsxwd: "23 m64 m128",
    vpmovsxwq: "24 m32 m64",
    vpmovsxdq: "25 m64 m128",
    vpmovzxbw: "30 m64 m128",
    vpmovzxbd: "31 m32 m64",
    vpmovzxbq: "32 m16 m32",
    vpmovzxwd: "33 m64 m128",
    vpmovzxwq: "34 m32 m64",
    vpmovzxdq: "35 m64 m128",
  },
);

/** Fused multiply-add on whole registers, by the opcode with operand order 132; W1 for doubles. */
const fusedPacked = (title: string) =>
  family(title, (code) => [`xy, xy, xy/m : ${vex(`66 0F38 ${code}`)} /r`], {
    vfmaddsub132ps: "96",
    vfmaddsub213ps: "A6",
    vfmaddsub231ps: "B6",
    vfmsubadd132ps: "97",
    vfmsubadd213ps: "A7",
    vfmsubadd231ps: "B7",
    vfmadd132ps: "98",
    vfmadd213ps: "A8",
    vfmadd231ps: "B8",
    vfmsub132ps: "9A",
    vfmsub213ps: "AA",
    vfmsub231ps: "BA",
    vfnmadd132ps: "9C",
    vfnmadd213ps: "AC",
    vfnmadd231ps: "BC",
    vfnmsub132ps: "9E",
    vfnmsub213ps: "AE",
    vfnmsub231ps: "BE",
    vfmaddsub132pd: "96 W1",
    vfmaddsub213pd: "A6 W1",
    vfmaddsub231pd: "B6 W1",
    vfmsubadd132pd: "97 W1",
    vfmsubadd213pd: "A7 W1",
    vfmsubadd231pd: "B7 W1",
    vfmadd132pd: "98 W1",
    vfmadd213pd: "A8 W1",
    vfmadd231pd: "B8 W1",
    vfmsub132pd: "9A W1",
    vfmsub213pd: "AA W1",
    vfmsub231pd: "BA W1",
    vfnmadd132pd: "9C W1",
    vfnmadd213pd: "AC W1",
    vfnmadd231pd: "BC W1",
    vfnmsub132pd: "9E W1",
    vfnmsub213pd: "AE W1",
    vfnmsub231pd: "BE W1",
  });

/** Fused multiply-add on one float or double. */
const fusedScalar = family(
  "FMA",
  (code) => [`xmm, xmm, xmm/${code.endsWith("W1") ? "m64" : "m32"} : ${vex(`66 0F38 ${code}`)} /r`],
  {
    vfmadd132ss: "99",
    vfmadd213ss: "A9",
    vfmadd231ss: "B9",
    vfmsub132ss: "9B",
    vfmsub213ss: "AB",
    vfmsub231ss: "BB",
    vfnmadd132ss: "9D",
    vfnmadd213ss: "AD",
    vfnmadd231ss: "BD",
    vfnmsub132ss: "9F",
    vfnmsub213ss: "AF",
    vfnmsub231ss: "BF",
    vfmadd132sd: "99 W1",
    vfmadd213sd: "A9 W1",
    vfmadd231sd: "B9 W1",
    vfmsub132sd: "9B W1",
    vfmsub213sd: "AB W1",
    vfmsub231sd: "BB W1",
    vfnmadd132sd: "9D W1",
    vfnmadd213sd: "AD W1",
    vfnmadd231sd: "BD W1",
    vfnmsub132sd: "9F W1",
    vfnmsub213sd: "AF W1",
    vfnmsub231sd: "BF W1",
  },
);

// biome-ignore format: one form per line
const moves = forms("AVX moves", {
  vmovss: [
    "xmm, m32                  : VEX.F3.0F 10 /r",
    "m32, xmm                  : VEX.F3.0F 11 /r",
    "xmm, xmm, xmm             : VEX.F3.0F 10 /r",
  ],
  vmovsd: [
    "xmm, m64                  : VEX.F2.0F 10 /r",
    "m64, xmm                  : VEX.F2.0F.W1 11 /r",
    "xmm, xmm, xmm             : VEX.F2.0F 10 /r",
  ],
  vmovd: [
    "xmm, rm32                 : VEX.66.0F 6E /r",
    "xmm, rm64                 : VEX.66.0F.W1 6E /r o64 [ext]",
    "rm32, xmm                 : VEX.66.0F 7E /r",
    "rm64, xmm                 : VEX.66.0F.W1 7E /r o64 [ext]",
  ],
  vmovq: [
    "xmm, xmm/m64              : VEX.F3.0F 7E /r",
    "m64, xmm                  : VEX.66.0F.W1 D6 /r",
    "xmm, rm64                 : VEX.66.0F.W1 6E /r o64",
    "rm64, xmm                 : VEX.66.0F.W1 7E /r o64",
  ],
  vmovddup: [
    "xmm, xmm/m64              : VEX.F2.0F 12 /r",
    "ymm, ymm/m256             : VEX.256.F2.0F 12 /r",
  ],
  vmovhlps:    ["xmm, xmm, xmm             : VEX.0F 12 /r"],
  vmovlhps:    ["xmm, xmm, xmm             : VEX.0F 16 /r"],
  vmovmskps: [
    "r32, xmm                  : VEX.0F 50 /r",
    "r32, ymm                  : VEX.256.0F 50 /r",
  ],
  vmovmskpd: [
    "r32, xmm                  : VEX.66.0F 50 /r",
    "r32, ymm                  : VEX.256.66.0F 50 /r",
  ],
  vpmovmskb: [
    "r32, xmm                  : VEX.66.0F D7 /r",
    "r32, ymm                  : VEX.256.66.0F D7 /r",
  ],
  vmaskmovdqu: ["xmm, xmm                  : VEX.66.0F F7 /r"],
  vmovntps:    ["mxy, xy                   : VEX.0F 2B /r"],
  vmovntpd:    ["mxy, xy                   : VEX.66.0F 2B /r"],
  vmovntdq:    ["mxy, xy                   : VEX.66.0F E7 /r"],
  vmovntdqa:   ["xy, mxy                   : VEX.66.0F38 2A /r"],
  vlddqu:      ["xy, mxy                   : VEX.F2.0F F0 /r"],
  vmaskmovps: [
    "xy, xy, mxy               : VEX.66.0F38 2C /r",
    "mxy, xy, xy               : VEX.66.0F38 2E /r",
  ],
  vmaskmovpd: [
    "xy, xy, mxy               : VEX.66.0F38 2D /r",
    "mxy, xy, xy               : VEX.66.0F38 2F /r",
  ],
  vpmaskmovd: [
    "xy, xy, mxy               : VEX.66.0F38 8C /r",
    "mxy, xy, xy               : VEX.66.0F38 8E /r",
  ],
  vpmaskmovq: [
    "xy, xy, mxy               : VEX.66.0F38.W1 8C /r",
    "mxy, xy, xy               : VEX.66.0F38.W1 8E /r",
  ],
  vldmxcsr:    ["m32                       : VEX.0F AE /2"],
  vstmxcsr:    ["m32                       : VEX.0F AE /3"],
  vzeroupper:  [":                           VEX.0F 77"],
  vzeroall:    [":                           VEX.256.0F 77"],
});

// biome-ignore format: one form per line
const conversions = forms("AVX conversions, comparisons and scalar operations", {
  vsqrtss:   ["xmm, xmm/m32              : VEX.F3.0F 51 /r"],
  vsqrtsd:   ["xmm, xmm/m64              : VEX.F2.0F 51 /r"],
  vcomiss:   ["xmm, xmm/m32              : VEX.0F 2F /r"],
  vcomisd:   ["xmm, xmm/m64              : VEX.66.0F 2F /r"],
  vucomiss:  ["xmm, xmm/m32              : VEX.0F 2E /r"],
  vucomisd:  ["xmm, xmm/m64              : VEX.66.0F 2E /r"],
  vcvtdq2pd: [
    "xmm, xmm/m64              : VEX.F3.0F E6 /r",
    "ymm, xmm/m128             : VEX.256.F3.0F E6 /r",
  ],
  vcvtps2pd: [
    "xmm, xmm/m64              : VEX.0F 5A /r",
    "ymm, xmm/m128             : VEX.256.0F 5A /r",
  ],
  vcvttpd2dq: [
    "xmm, xmm/m128             : VEX.66.0F E6 /r",
    "xmm, ymm/m256             : VEX.256.66.0F E6 /r",
  ],
  vcvtsi2ss: [
    "xmm, xmm, rm32            : VEX.F3.0F 2A /r",
    "xmm, xmm, rm64            : VEX.F3.0F.W1 2A /r",
  ],
  vcvtsi2sd: [
    "xmm, xmm, rm32            : VEX.F2.0F 2A /r",
    "xmm, xmm, rm64            : VEX.F2.0F.W1 2A /r",
  ],
  vcvtss2si: [
    "r32, xmm/m32              : VEX.F3.0F 2D /r",
    "r64, xmm/m32              : VEX.F3.0F.W1 2D /r",
  ],
  vcvttss2si: [
    "r32, xmm/m32              : VEX.F3.0F 2C /r",
    "r64, xmm/m32              : VEX.F3.0F.W1 2C /r",
  ],
  vcvtsd2si: [
    "r32, xmm/m64              : VEX.F2.0F 2D /r",
    "r64, xmm/m64              : VEX.F2.0F.W1 2D /r",
  ],
  vcvttsd2si: [
    "r32, xmm/m64              : VEX.F2.0F 2C /r",
    "r64, xmm/m64              : VEX.F2.0F.W1 2C /r",
  ],
  vcmpss:    ["xmm, xmm, xmm/m32, imm8   : VEX.F3.0F C2 /r ib"],
  vcmpsd:    ["xmm, xmm, xmm/m64, imm8   : VEX.F2.0F C2 /r ib"],
  vroundss:  ["xmm, xmm, xmm/m32, imm8   : VEX.66.0F3A 0A /r ib"],
  vroundsd:  ["xmm, xmm, xmm/m64, imm8   : VEX.66.0F3A 0B /r ib"],
});

// biome-ignore format: one form per line
const lanes = forms("AVX insertion, extraction, broadcasts and permutations", {
  vbroadcastss:   ["xy, xmm/m32               : VEX.66.0F38 18 /r"],
  vbroadcastsd:   ["ymm, xmm/m64              : VEX.256.66.0F38 19 /r"],
  vbroadcastf128: ["ymm, m128                 : VEX.256.66.0F38 1A /r"],
  vbroadcasti128: ["ymm, m128                 : VEX.256.66.0F38 5A /r"],
  vpbroadcastb:   ["xy, xmm/m8                : VEX.66.0F38 78 /r"],
  vpbroadcastw:   ["xy, xmm/m16               : VEX.66.0F38 79 /r"],
  vpbroadcastd:   ["xy, xmm/m32               : VEX.66.0F38 58 /r"],
  vpbroadcastq:   ["xy, xmm/m64               : VEX.66.0F38 59 /r"],
  vinsertf128:    ["ymm, ymm, xmm/m128, imm8  : VEX.256.66.0F3A 18 /r ib"],
  vinserti128:    ["ymm, ymm, xmm/m128, imm8  : VEX.256.66.0F3A 38 /r ib"],
  vextractf128:   ["xmm/m128, ymm, imm8       : VEX.256.66.0F3A 19 /r ib"],
  vextracti128:   ["xmm/m128, ymm, imm8       : VEX.256.66.0F3A 39 /r ib"],
  vperm2f128:     ["ymm, ymm, ymm/m256, imm8  : VEX.256.66.0F3A 06 /r ib"],
  vperm2i128:     ["ymm, ymm, ymm/m256, imm8  : VEX.256.66.0F3A 46 /r ib"],
  vpermd:         ["ymm, ymm, ymm/m256        : VEX.256.66.0F38 36 /r"],
  vpermps:        ["ymm, ymm, ymm/m256        : VEX.256.66.0F38 16 /r"],
  vpermq:         ["ymm, ymm/m256, imm8       : VEX.256.66.0F3A.W1 00 /r ib"],
  vpermpd:        ["ymm, ymm/m256, imm8       : VEX.256.66.0F3A.W1 01 /r ib"],
  vpermilps: [
    "xy, xy, xy/m              : VEX.66.0F38 0C /r",
    "xy, xy/m, imm8            : VEX.66.0F3A 04 /r ib",
  ],
  vpermilpd: [
    "xy, xy, xy/m              : VEX.66.0F38 0D /r",
    "xy, xy/m, imm8            : VEX.66.0F3A 05 /r ib",
  ],
  vinsertps:      ["xmm, xmm, xmm/m32, imm8   : VEX.66.0F3A 21 /r ib"],
  vextractps:     ["rm32, xmm, imm8           : VEX.66.0F3A 17 /r ib"],
  vpinsrb:        ["xmm, xmm, r32/m8, imm8    : VEX.66.0F3A 20 /r ib"],
  vpinsrw:        ["xmm, xmm, r32/m16, imm8   : VEX.66.0F C4 /r ib"],
  vpinsrd:        ["xmm, xmm, rm32, imm8      : VEX.66.0F3A 22 /r ib"],
  vpinsrq:        ["xmm, xmm, rm64, imm8      : VEX.66.0F3A.W1 22 /r ib"],
  vpextrb: [
    "r32/m8, xmm, imm8         : VEX.66.0F3A 14 /r ib",
    "r64/m8, xmm, imm8         : VEX.66.0F3A 14 /r ib",
  ],
  vpextrw: [
    "r32, xmm, imm8            : VEX.66.0F C5 /r ib",
    "m16, xmm, imm8            : VEX.66.0F3A 15 /r ib",
  ],
  vpextrd:        ["rm32, xmm, imm8           : VEX.66.0F3A 16 /r ib"],
  vpextrq:        ["rm64, xmm, imm8           : VEX.66.0F3A.W1 16 /r ib"],
  vdppd:          ["xmm, xmm, xmm/m128, imm8  : VEX.66.0F3A 41 /r ib"],
  vpclmulqdq:     ["xmm, xmm, xmm/m128, imm8  : VEX.66.0F3A 44 /r ib"],
  vphminposuw:    ["xmm, xmm/m128             : VEX.66.0F38 41 /r"],
  vaesimc:        ["xmm, xmm/m128             : VEX.66.0F38 DB /r"],
  vpslldq:        ["xy, xy, imm8              : VEX.66.0F 73 /7 ib"],
  vpsrldq:        ["xy, xy, imm8              : VEX.66.0F 73 /3 ib"],
});

export const avxGroups = [
  moves,
  wholeMoves,
  halfMoves,
  threeOperands,
  threeXmm,
  threeSingle,
  threeDouble,
  threeWithByte,
  twoOperands,
  twoWithByte,
  xmmWithByte,
  conversions,
  lanes,
  variableBlends,
  shifts,
  extendingMoves,
  fusedPacked("FMA"),
  fusedScalar,
] as const;
