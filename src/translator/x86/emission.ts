import { ACTION } from "../../x86/actions.js";
import type { LabelTarget } from "./operand.js";

const BYTE = String.fromCharCode;

/** Collects the action bytes of one step and the arguments that they consume. */
export class Emission {
  code = "";
  args: string[] = [];
  positions = 0;

  /** A literal byte; those that would be read as actions are escaped. A byte of -0 keeps its sign. */
  byte(value: number): void {
    if (value >= ACTION.DISP) this.code += BYTE(ACTION.ESC, value);
    else this.code += value === 0 && Object.is(value, -0) ? "\u0100" : BYTE(value);
  }

  /** Literal bytes, little-endian, of a number that may be negative. */
  little(value: number, count: number): void {
    let rest = value;
    for (let i = 0; i < count; i++) {
      const low = ((rest % 256) + 256) % 256;
      this.byte(low);
      rest = (rest - low) / 256;
    }
  }

  /** An action without operand bytes that takes an argument. */
  argument(action: number, argument: string): void {
    this.code += BYTE(action);
    this.args.push(argument);
    this.positions++;
  }

  /** An action with an operand byte that takes an argument. */
  argumentWith(action: number, operand: number, argument: string): void {
    this.code += BYTE(action, operand);
    this.args.push(argument);
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
