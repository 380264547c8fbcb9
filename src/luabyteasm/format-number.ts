/** A number as C's `printf("%.14g")` writes it, which is how Lua 5.2 shows numbers. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa = "", exponentText = ""] = value.toExponential(13).split("e");
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 14) return dropTrailingZeros(value.toFixed(13 - exponent));
  const sign = exponent < 0 ? "-" : "+";
  return `${dropTrailingZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function dropTrailingZeros(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}
