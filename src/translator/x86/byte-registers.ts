import { StatementError } from "../statement-error.js";
import type { Operand } from "./operand.js";

/** Refuses a high-byte register together with a byte register that only REX can encode. */
export function checkByteRegisters(operands: readonly Operand[]): void {
  let needs = -1;
  let forbids = -1;
  operands.forEach((operand, index) => {
    if (operand.kind !== "register") return;
    if (operand.use.register.needsRex) needs = index;
    if (operand.use.register.forbidsRex) forbids = index;
  });
  if (needs < 0 || forbids < 0) return;
  throw new StatementError({
    code: "bad-byte-registers",
    classic: "bad mix of byte-addressable registers",
    message: "ah, ch, dh and bh cannot be encoded together with r4b..r15b",
    part: { kind: "parameter", index: forbids },
    hint: "use another byte register",
  });
}
