/** Digits behind the first in `%.14g`. */
const FRACTION_DIGITS = 13;

/**
 * The value in scientific notation with 14 digits. Where it lies exactly between two of them, C takes the even
 * one and `toExponential` the one farther from zero; 40 digits tell such a tie from everything near it.
 */
function roundScientific(value: number): string {
  const rounded = value.toExponential(FRACTION_DIGITS);
  const [digits = "", exponent = ""] = value.toExponential(40).split("e");
  const point = digits.indexOf(".");
  const rest = digits.slice(point + 1 + FRACTION_DIGITS);
  const kept = digits.slice(0, point + 1 + FRACTION_DIGITS);
  const isTie = rest.startsWith("5") && /^50*$/.test(rest);
  return isTie && Number(kept.at(-1)) % 2 === 0 ? `${kept}e${exponent}` : rounded;
}

function dropTrailingZeros(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0*$/, "") : digits;
}

/** Moves the decimal point of `d.ddd` by `exponent` places, -4 to 13. */
function shiftPoint(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith("-") ? "-" : "";
  const digits = mantissa.replace(/[-.]/g, "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

/** A number as C's `printf("%.14g")` writes it, which is how Lua 5.2 shows numbers. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (Number.isInteger(value) && Math.abs(value) < 1e14) return Object.is(value, -0) ? "-0" : String(value);
  const shortest = String(value);
  // With up to 14 digits the shortest decimal is the rounded one.
  if (shortest.length <= 15 && Math.abs(value) >= 1e-4 && Math.abs(value) < 1e14) return shortest;
  const [mantissa = "", exponentText = ""] = roundScientific(value).split("e");
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent <= FRACTION_DIGITS) return dropTrailingZeros(shiftPoint(mantissa, exponent));
  const sign = exponent < 0 ? "-" : "+";
  return `${dropTrailingZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
