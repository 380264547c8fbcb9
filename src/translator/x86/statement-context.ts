import { createRegisterSet, type Mode, type RegisterSet } from "../../x86/registers.js";
import { Size } from "../../x86/sizes.js";
import type { AssemblyEnvironment } from "../architecture.js";
import type { LabelUse, StatementWarning } from "../assembled-statement.js";

/** What the parts of the assembler share while they work on one statement; the next one gets the same object. */
export interface StatementContext {
  readonly mode: Mode;
  readonly addressSize: number;
  readonly environment: AssemblyEnvironment;
  readonly registers: RegisterSet;
  /** An xmm or ymm register may be the index of a memory operand (gathers). */
  vectorIndex: boolean;
  /** Index of the parameter being read. */
  parameter: number;
  /** Number of variable registers read. */
  variables: number;
  /** An operand register can be encoded with REX only, or without only. */
  needsRex: boolean;
  forbidsRex: boolean;
  labels: LabelUse[];
  warnings: StatementWarning[];
}

/** What an assembler of a mode starts with. */
export function createStatementContext(mode: Mode, environment: AssemblyEnvironment): StatementContext {
  return {
    mode,
    addressSize: addressSizeOf(mode),
    environment,
    registers: createRegisterSet(mode),
    vectorIndex: false,
    parameter: 0,
    variables: 0,
    needsRex: false,
    forbidsRex: false,
    labels: [],
    warnings: [],
  };
}

/** Size of an address in a mode, as a bit of `Size`. */
function addressSizeOf(mode: Mode): number {
  return mode === "x64" ? Size.qword : Size.dword;
}
