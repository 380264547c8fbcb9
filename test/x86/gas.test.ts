import { expect, test } from "vitest";
import { hasNative } from "../support/native.js";
import { createHarness } from "../translator-x86/harness.js";
import { assembleWithGas, disassembleWithObjdump } from "./gas.js";
import { generateStatements, type Statement } from "./gas-statements.js";

const SIXTY_FOUR = "needs 64-bit mode; the reference looks the form up and refuses to encode it";

/** Statements that are errors here although a form exists, with the reason. */
const ERRORS: readonly (readonly [statement: RegExp, reason: string])[] = [
  [/^(?:cvtsi2s[sd]|pextrq|pinsrq) .*qword \[e/, SIXTY_FOUR],
];

/** Statements that GNU as refuses, with the reason why they are right nevertheless. */
const REFUSED: readonly (readonly [statement: RegExp, reason: string])[] = [
  [/^(?:es|ss|o16|a16|a32)$/, "a prefix alone is no statement of GNU as"],
  [/^(?:into|cdqe|cqo)$/, "the reference has it in both modes"],
  [/^v?(?:cvtsi2s[sd]|pextrq|pinsrq) .*qword \[e/, SIXTY_FOUR],
];

/** Statements whose code means the same or is recorded behaviour, with the reason. */
const DIFFERENT: readonly (readonly [statement: RegExp, reason: string])[] = [
  [/^xchg /, "the operands of xchg may change places"],
  [/^extractps r(?:di|9), /, "the reference sets REX.W, which changes nothing"],
];

function explained(list: readonly (readonly [RegExp, string])[], statement: Statement): boolean {
  return list.some(([pattern]) => pattern.test(statement.own));
}

/** The machine code of action bytes that hold no other actions than escapes and marks. */
function machineCode(actions: string): number[] {
  const numbers = actions.split(" ").map(Number);
  const code: number[] = [];
  for (let i = 0; i < numbers.length; i++) {
    const action = numbers[i] ?? 0;
    if (action === 252) code.push(numbers[++i] ?? 0);
    else if (action !== 253) code.push(action);
  }
  return code;
}

interface Comparison {
  readonly statement: Statement;
  readonly own: readonly number[];
  readonly gas: readonly number[];
}

for (const mode of ["x64", "x86"] as const) {
  test.skipIf(!hasNative("as") || !hasNative("objdump"))(`${mode}: GNU as agrees about every form`, () => {
    const statements = generateStatements(mode);
    const expected = assembleWithGas(
      mode,
      statements.map((statement) => statement.gas),
    );
    const harness = createHarness(mode);
    const problems: string[] = [];
    const different: Comparison[] = [];
    statements.forEach((statement, index) => {
      const outcome = harness.run(statement.own);
      const gas = expected[index];
      if (outcome.error !== undefined) {
        if (!explained(ERRORS, statement)) problems.push(`${statement.own}: ${outcome.error}`);
      } else if (gas === undefined) {
        if (!explained(REFUSED, statement)) problems.push(`GNU as refuses ${statement.gas}`);
      } else {
        const own = machineCode(outcome.bytes);
        if (own.join() !== gas.join()) different.push({ statement, own, gas });
      }
    });
    const ownTexts = disassembleWithObjdump(
      mode,
      different.map((comparison) => comparison.own),
    );
    const gasTexts = disassembleWithObjdump(
      mode,
      different.map((comparison) => comparison.gas),
    );
    different.forEach(({ statement }, index) => {
      if (ownTexts[index] === gasTexts[index] || explained(DIFFERENT, statement)) return;
      problems.push(`${statement.own}: ${ownTexts[index]} and not ${gasTexts[index]}`);
    });
    expect(problems.slice(0, 20)).toEqual([]);
    expect(statements.length).toBeGreaterThan(8000);
  });
}
