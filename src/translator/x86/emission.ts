import { ACTION } from "../../x86/actions.js";
import type { LabelTarget } from "./operand.js";

const BYTE = String.fromCharCode;

/** Literal bytes as they stand in an action list: those that would be read as actions are escaped. */
function createLiterals(): readonly string[] {
  const literals: string[] = [];
  for (let value = 0; value < 256; value++) {
    literals.push(value >= ACTION.DISP ? BYTE(ACTION.ESC, value) : BYTE(value));
  }
  return literals;
}

const LITERALS = createLiterals();

/** How the byte 0 that comes from `-0` is passed on: the original prints it with its sign. */
export const NEGATIVE_ZERO_CODE = 0x100;
const NEGATIVE_ZERO = BYTE(NEGATIVE_ZERO_CODE);

const NO_ARGUMENTS: readonly string[] = [];

/** Collects the action bytes of one step and the arguments that they consume. */
export class Emission {
  code = "";
  args: readonly string[] = NO_ARGUMENTS;
  positions = 0;
  /** There is a REX prefix that stays. */
  rex = false;

  /** A literal byte, 0..255. */
  byte(value: number): void {
    this.code += LITERALS[value] ?? "";
  }

  /** A byte of a number in the source, -128..255, that keeps the sign of -0. */
  sourceByte(value: number): void {
    if (value === 0 && Object.is(value, -0)) this.code += NEGATIVE_ZERO;
    else this.code += LITERALS[value & 255] ?? "";
  }

  /** Literal bytes, little-endian, of a number that may be negative or wider than 32 bits. */
  little(value: number, count: number): void {
    // The bits below 2^32 are those of the exact integer, which a double still holds here.
    const bits = (value % 0x100000000) | 0;
    this.code += LITERALS[bits & 255] ?? "";
    if (count > 1) this.code += LITERALS[(bits >> 8) & 255] ?? "";
    if (count > 2) this.code += (LITERALS[(bits >> 16) & 255] ?? "") + (LITERALS[bits >>> 24] ?? "");
  }

  /** An action without operand bytes that takes an argument. */
  argument(action: number, argument: string): void {
    this.code += BYTE(action);
    this.addArgument(argument);
  }

  /** An action with an operand byte that takes an argument. */
  argumentWith(action: number, operand: number, argument: string): void {
    this.code += BYTE(action, operand);
    this.addArgument(argument);
  }

  // Lists of exactly their length: there are many, and they live as long as the translation.
  private addArgument(argument: string): void {
    const { args } = this;
    if (args.length === 0) this.args = [argument];
    else if (args.length === 1) this.args = [args[0] as string, argument];
    else this.args = [...args, argument];
    this.positions++;
  }

  /** An action with an operand byte that takes positions, but no argument. */
  operand(action: number, operand: number, positions: number): void {
    this.code += BYTE(action, operand);
    this.positions += positions;
  }

  mark(): void {
    this.code += BYTE(ACTION.MARK);
  }

  /** A 4-byte (8-byte data: 8-byte) absolute reference. */
  absolute(target: LabelTarget): void {
    switch (target.kind) {
      case "numbered":
        this.operand(ACTION.IMM_LG, target.number, 1);
        break;
      case "pc":
        this.argument(ACTION.IMM_PC, target.expression);
        break;
      case "extern":
        this.code += BYTE(ACTION.EXTERN, 0, target.index);
        break;
      case "address":
        // The encoder takes it for the number of a pc label; recorded behaviour.
        this.argument(ACTION.IMM_PC, target.argument);
        break;
    }
  }

  /** A 4-byte reference relative to the end of the instruction. */
  relative(target: LabelTarget): void {
    switch (target.kind) {
      case "numbered":
        this.operand(ACTION.REL_LG, target.number, 2);
        break;
      case "pc":
        this.argument(ACTION.REL_PC, target.expression);
        this.positions++;
        break;
      case "extern":
        this.code += BYTE(ACTION.EXTERN, 1, target.index);
        break;
      case "address":
        this.argument(ACTION.REL_A, target.argument);
        break;
    }
  }
}
