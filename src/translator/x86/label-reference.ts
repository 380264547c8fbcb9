import { isBlank, isLetter, isWord, skipBlanks } from "../characters.js";
import { StatementError } from "../statement-error.js";
import type { LabelTarget } from "./operand.js";
import type { StatementContext } from "./statement-context.js";

/** What is added to the number of a local label for a forward reference. */
const FORWARD = 246;

function checkGlobalName(name: string): void {
  const first = name.charCodeAt(0);
  let good = isLetter(first) || first === 0x5f;
  for (let i = 1; good && i < name.length; i++) {
    const c = name.charCodeAt(i);
    good = isWord(c) || c === 0x40;
  }
  if (!good) {
    throw new StatementError({
      code: "bad-global-label",
      classic: "bad global label",
      message: `\`${name}' is no name for a global label`,
      hint: "the name follows `->' directly: a letter or `_`, then letters, digits, `_` or `@`",
    });
  }
}

/** Number of the global label `name`; allots one at its first use. */
export function globalLabel(
  name: string,
  role: "definition" | "reference",
  context: StatementContext,
): number {
  checkGlobalName(name);
  const number = context.environment.globalLabelNumber(name);
  context.labels.push({ kind: "global", role, name });
  return number;
}

/** Digit of a local label reference such as `<1`, or 0. */
function localDigit(text: string): number {
  if (text.length !== 2) return 0;
  const digit = text.charCodeAt(1) - 0x30;
  return digit >= 1 && digit <= 9 ? digit : 0;
}

function localLabel(text: string, forward: boolean, context: StatementContext): LabelTarget | undefined {
  const digit = localDigit(text);
  if (digit === 0) return undefined;
  context.labels.push({ kind: "local", role: forward ? "forward" : "backward", name: String(digit) });
  return { kind: "numbered", number: forward ? FORWARD + digit : digit };
}

function externSymbol(text: string, context: StatementContext): LabelTarget | undefined {
  if (!text.startsWith("extern") || !isBlank(text.charCodeAt(6))) return undefined;
  const name = text.slice(skipBlanks(text, 6));
  for (let i = 0; i < name.length; i++) if (isBlank(name.charCodeAt(i))) return undefined;
  if (name === "") return undefined;
  const index = context.environment.externNumber(name);
  context.labels.push({ kind: "extern", role: "reference", name });
  return { kind: "extern", index };
}

/**
 * Reads a reference to a label, an extern symbol or, if `addresses`, to an address (`&x`). Returns
 * undefined for anything else: that is an expression.
 */
export function parseLabelReference(
  text: string,
  addresses: boolean,
  context: StatementContext,
): LabelTarget | undefined {
  switch (text.charCodeAt(0)) {
    case 0x26: // &
      if (!addresses) return undefined;
      return { kind: "address", argument: context.environment.host.address(text.slice(1)) };
    case 0x3d: // =
      if (text.charCodeAt(1) !== 0x3e) return undefined;
      context.labels.push({ kind: "pc", role: "reference", name: text.slice(2) });
      return { kind: "pc", expression: text.slice(2) };
    case 0x2d: // -
      if (text.charCodeAt(1) !== 0x3e) return undefined;
      return { kind: "numbered", number: globalLabel(text.slice(2), "reference", context) };
    case 0x3c: // <
      return localLabel(text, false, context);
    case 0x3e: // >
      return localLabel(text, true, context);
    case 0x65: // e
      return externSymbol(text, context);
    default:
      return undefined;
  }
}
