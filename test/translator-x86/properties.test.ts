import fc from "fast-check";
import { expect, test } from "vitest";
import { listMnemonics } from "../../src/x86/list-forms.js";
import { createHarness } from "./harness.js";

const harnesses = [
  createHarness("x64", { types: [{ name: "T", ctype: "t", register: "rbx" }] }),
  createHarness("x86"),
];

const piece = fc.constantFrom(
  ...("eax rax al ah r9b r4b xmm0 ymm1 st0 st1 Rd Rq Rb xmm ymm Rf(1) Rq(x) T T: [ ] ( ) + - * 1 2 8 -0 0x80 300 " +
    ">1 <9 -> ->g => =>x & &x extern extern\tx foo byte word dword qword tword oword yword aword @ @q @d0 : ; . # \" '"),
);
const operand = fc.oneof(
  fc.array(fc.oneof(piece, fc.constant(" ")), { maxLength: 8 }).map((parts) => parts.join("")),
  fc.string({ maxLength: 12 }),
);
const mnemonic = fc.constantFrom(
  ...listMnemonics(),
  ".byte",
  ".dword",
  ".qword",
  ".align",
  ".space",
  ".label",
);

test("whatever the operands are, a statement is assembled or refused with a message", () => {
  fc.assert(
    fc.property(mnemonic, fc.array(operand, { maxLength: 4 }), (name, operands) => {
      for (const harness of harnesses) {
        // Anything but a StatementError would leave `run` as an exception.
        const outcome = harness.run(`${name} ${operands.join(", ")}`);
        if (outcome.error === undefined) expect(outcome.bytes).toMatch(/^[-0-9 /]*$/);
        else expect(outcome.error).not.toBe("");
      }
    }),
    { numRuns: 3000 },
  );
});

/** How many arguments the actions of a byte list take. */
function countArguments(bytes: string): number {
  const operandBytes: Readonly<Record<number, number>> = {
    240: 1,
    241: 1,
    244: 1,
    246: 1,
    248: 1,
    250: 1,
    251: 2,
    252: 1,
  };
  const withoutArgument = new Set([244, 246, 248, 250, 251, 252, 253]);
  const numbers = bytes === "" ? [] : bytes.split(" ").map(Number);
  let count = 0;
  for (let i = 0; i < numbers.length; i++) {
    const action = numbers[i] ?? 0;
    if (action >= 233 && !withoutArgument.has(action)) count++;
    i += operandBytes[action] ?? 0;
  }
  return count;
}

test("actions and arguments are as many", () => {
  const simple = fc.constantFrom(
    "eax",
    "Rd(a)",
    "ax",
    "al",
    "rax",
    "xmm1",
    "xmm(b)",
    "dword [rax+Rq(i)*4+x]",
    "[rbx]",
    "7",
    "x",
    ">1",
    "=>p",
  );
  fc.assert(
    fc.property(mnemonic, fc.array(simple, { maxLength: 3 }), (name, operands) => {
      const outcome = harnesses[0]?.run(`${name} ${operands.join(", ")}`);
      if (outcome === undefined || outcome.error !== undefined || outcome.bytes.includes("/")) return;
      const given = outcome.args === "" ? 0 : outcome.args.split(" ; ").length;
      expect(countArguments(outcome.bytes), outcome.bytes).toBe(given);
    }),
    { numRuns: 3000 },
  );
});
