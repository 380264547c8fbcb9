import { StatementError, type StatementPart } from "./statement-error.js";

const firstParameter: StatementPart = { kind: "parameter", index: 0 };

/** An error that abandons the statement. */
export function statementError(
  code: string,
  classic: string,
  part: StatementPart = firstParameter,
  hint?: string,
): StatementError {
  return new StatementError({ code, classic, part, ...(hint === undefined ? {} : { hint }) });
}

/** An error after which reading stops. */
export function fatalError(
  code: string,
  classic: string,
  part: StatementPart = firstParameter,
  hint?: string,
): StatementError {
  return new StatementError({ code, classic, part, ...(hint === undefined ? {} : { hint }) }, true);
}

export const wholeStatement: StatementPart = { kind: "statement" };
