import { family, forms } from "../notation.js";

// biome-ignore format: one form per line
const halfFloats = forms("Half-precision conversions (F16C)", {
  vcvtph2ps: [
    "xmm, xmm/m64         : VEX.66.0F38 13 /r unsized",
    "ymm, xmm/m128        : VEX.256.66.0F38 13 /r unsized",
  ],
  vcvtps2ph: [
    "xmm/m64, xmm, imm8   : VEX.66.0F3A 1D /r ib unsized",
    "xmm/m128, ymm, imm8  : VEX.256.66.0F3A 1D /r ib unsized",
  ],
}, "extension");

// biome-ignore format: one form per line
const hashes = forms("Hashes (SHA)", {
  sha1rnds4:   ["xmm, xmm/m128, imm8  : 0F 3A CC /r ib"],
  sha1nexte:   ["xmm, xmm/m128        : 0F 38 C8 /r"],
  sha1msg1:    ["xmm, xmm/m128        : 0F 38 C9 /r"],
  sha1msg2:    ["xmm, xmm/m128        : 0F 38 CA /r"],
  sha256rnds2: [
    "xmm, xmm/m128        : 0F 38 CB /r",
    "xmm, xmm/m128, xmm0  : 0F 38 CB /r",
  ],
  sha256msg1:  ["xmm, xmm/m128        : 0F 38 CC /r"],
  sha256msg2:  ["xmm, xmm/m128        : 0F 38 CD /r"],
}, "extension");

// biome-ignore format: one form per line
const galois = forms("Galois field operations (GFNI)", {
  gf2p8mulb:         ["xmm, xmm/m128        : 66 0F 38 CF /r"],
  gf2p8affineqb:     ["xmm, xmm/m128, imm8  : 66 0F 3A CE /r ib"],
  gf2p8affineinvqb:  ["xmm, xmm/m128, imm8  : 66 0F 3A CF /r ib"],
  vgf2p8mulb:        ["xy, xy, xy/m         : VEX.66.0F38 CF /r"],
  vgf2p8affineqb:    ["xy, xy, xy/m, imm8   : VEX.66.0F3A.W1 CE /r ib"],
  vgf2p8affineinvqb: ["xy, xy, xy/m, imm8   : VEX.66.0F3A.W1 CF /r ib"],
}, "extension");

/** Gathers whose index elements are as many as the results. */
const evenGathers = family(
  "Gathers (AVX2)",
  (code) => [
    `xmm, vm32x, xmm : VEX.66.0F38${code.slice(2)} ${code.slice(0, 2)} /r`,
    `ymm, vm32y, ymm : VEX.256.66.0F38${code.slice(2)} ${code.slice(0, 2)} /r`,
  ],
  { vpgatherdd: "90", vgatherdps: "92" },
  "extension",
);

const wideGathers = family(
  "Gathers (AVX2)",
  (code) => [
    `xmm, vm64x, xmm : VEX.66.0F38${code.slice(2)} ${code.slice(0, 2)} /r`,
    `ymm, vm64y, ymm : VEX.256.66.0F38${code.slice(2)} ${code.slice(0, 2)} /r`,
  ],
  { vpgatherqq: "91.W1", vgatherqpd: "93.W1" },
  "extension",
);

/** Gathers of quadwords with doubleword indexes. */
const wideningGathers = family(
  "Gathers (AVX2)",
  (code) => [
    `xmm, vm32x, xmm : VEX.66.0F38${code.slice(2)} ${code.slice(0, 2)} /r`,
    `ymm, vm32x, ymm : VEX.256.66.0F38${code.slice(2)} ${code.slice(0, 2)} /r`,
  ],
  { vpgatherdq: "90.W1", vgatherdpd: "92.W1" },
  "extension",
);

/** Gathers of doublewords with quadword indexes. */
const narrowingGathers = family(
  "Gathers (AVX2)",
  (code) => [
    `xmm, vm64x, xmm : VEX.66.0F38${code.slice(2)} ${code.slice(0, 2)} /r`,
    `xmm, vm64y, xmm : VEX.256.66.0F38${code.slice(2)} ${code.slice(0, 2)} /r`,
  ],
  { vpgatherqd: "91", vgatherqps: "93" },
  "extension",
);

/** Forms that extend mnemonics of the reference. */
// biome-ignore format: one form per line
const wider = forms("AVX: forms that the reference lacks", {
  vaesenc:     ["ymm, ymm, ymm/m256       : VEX.256.66.0F38 DC /r [ext]"],
  vaesenclast: ["ymm, ymm, ymm/m256       : VEX.256.66.0F38 DD /r [ext]"],
  vaesdec:     ["ymm, ymm, ymm/m256       : VEX.256.66.0F38 DE /r [ext]"],
  vaesdeclast: ["ymm, ymm, ymm/m256       : VEX.256.66.0F38 DF /r [ext]"],
  vpclmulqdq:  ["ymm, ymm, ymm/m256, imm8 : VEX.256.66.0F3A 44 /r ib [ext]"],
  vsqrtss:     ["xmm, xmm, xmm/m32        : VEX.F3.0F 51 /r [ext]"],
  vsqrtsd:     ["xmm, xmm, xmm/m64        : VEX.F2.0F 51 /r [ext]"],
});

export const vectorExtensionGroups = [
  wider,
  halfFloats,
  hashes,
  galois,
  evenGathers,
  wideGathers,
  wideningGathers,
  narrowingGathers,
] as const;
