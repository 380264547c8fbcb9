/** Why a {@link DasmError} was thrown. */
export type DasmErrorKind =
  /** The engine reports a status other than OK. */
  | "status"
  /** A function was called out of order or with unsuitable arguments. */
  | "usage"
  /** The action list is damaged. */
  | "action-list"
  /** An extern symbol has no address. */
  | "extern"
  /** Executable memory or an optional package is not available. */
  | "memory";

/** Details of a {@link DasmError}, present as far as they are known. */
export interface DasmErrorDetails {
  /** Engine status, code and payload. */
  readonly status?: number;
  /** Offset of the offending action in the action list. */
  readonly offset?: number;
  /** The offending value. */
  readonly value?: number;
  /** Lowest and highest allowed value. */
  readonly range?: readonly [lowest: number, highest: number];
  /** Name of the label or extern symbol. */
  readonly name?: string;
  /** Source position, where a map is given. */
  readonly file?: string;
  readonly line?: number;
}

/** The one error class of dasm: wrong use, a failed assembly, or missing means to run code. */
export class DasmError extends Error {
  override readonly name = "DasmError";
  readonly kind: DasmErrorKind;
  readonly details: DasmErrorDetails;

  constructor(kind: DasmErrorKind, message: string, details: DasmErrorDetails = {}) {
    super(message);
    this.kind = kind;
    this.details = details;
  }
}

/** An error about calls out of order or with unsuitable arguments. */
export function usageError(message: string): DasmError {
  return new DasmError("usage", message);
}

/** An error about the content of an action list. */
export function damagedList(offset: number, problem: string): DasmError {
  return new DasmError("action-list", `damaged action list: ${problem} at offset ${offset}`, { offset });
}
