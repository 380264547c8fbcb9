import { usageError } from "./dasm-error.js";

/**
 * A run-time argument of an action: an integer from -2^31 to 2^32-1 (0xffffffff and -1 are the
 * same), a bigint of which the low 32 bits count, or a boolean (0 or 1).
 */
export type PutArgument = number | bigint | boolean;

function convertNumber(value: number, position: number): number {
  if (!Number.isInteger(value)) {
    throw usageError(`argument ${position} of put is ${value}: an integer is needed`);
  }
  if (value < -0x80000000 || value > 0xffffffff) {
    throw usageError(
      `argument ${position} of put is ${value}: allowed are -2147483648 to 4294967295 (use a bigint for the low half of a larger value)`,
    );
  }
  return value | 0;
}

/**
 * Converts an argument of put to a signed 32-bit integer.
 * @param position number of the argument for messages, counted from 1
 */
export function convertPutArgument(value: unknown, position: number): number {
  switch (typeof value) {
    case "number":
      return convertNumber(value, position);
    case "bigint":
      return Number(BigInt.asIntN(32, value));
    case "boolean":
      return value ? 1 : 0;
    default:
      throw usageError(
        `argument ${position} of put: cannot convert '${value === null ? "null" : typeof value}' to 'int'`,
      );
  }
}

/**
 * Splits a 64-bit value into the two put arguments that `mov64` and `.qword` take.
 * @returns low and high half as signed 32-bit integers
 */
export function splitQword(value: number | bigint): readonly [low: number, high: number] {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw usageError(`splitQword: ${value} is no safe integer (use a bigint)`);
  }
  const wide = BigInt(value);
  return [Number(BigInt.asIntN(32, wide)), Number(BigInt.asIntN(32, wide >> 32n))];
}
