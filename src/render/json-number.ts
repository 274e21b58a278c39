/**
 * How the reference reads a number and prints it again in a prompt. Its reader is fast rather than correctly rounded, so
 * some numbers of 16 and more digits change in their last place; the model was trained on prompts made that way.
 */

const U64_MAX = 2n ** 64n - 1n;
const I64_MIN = -(2n ** 63n);
const PARTS = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;

/** Prints a number, given as JSON text spells it, as the reference prints it. */
export function numberText(spelling: string): string {
  const [, sign, integer = "", fraction, exponent] = PARTS.exec(spelling) ?? [];
  if (fraction === undefined && exponent === undefined && spelling !== "-0") {
    const value = BigInt(spelling);
    if (value >= I64_MIN && value <= U64_MAX) return value.toString();
  }
  const value = readDouble(integer, fraction ?? "", Number(exponent ?? "0"));
  return doubleText(sign === "-" ? -value : value);
}

/** Reads the digits as one integer of 64 bits and scales it once; see the reference page on numbers. */
function readDouble(integer: string, fraction: string, exponent: number): number {
  let significand = 0n;
  let scale = exponent;
  let full = false;
  for (const digit of integer) {
    const next = significand * 10n + BigInt(digit);
    // Once 64 bits are full, the remaining integer digits only count.
    full ||= next > U64_MAX;
    if (full) scale += 1;
    else significand = next;
  }
  for (const digit of full ? "" : fraction) {
    const next = significand * 10n + BigInt(digit);
    if (next > U64_MAX) break;
    significand = next;
    scale -= 1;
  }
  let value = Number(significand);
  while (scale < -308 && value !== 0) {
    value /= 1e308;
    scale += 308;
  }
  if (value === 0) return 0;
  return scale >= 0 ? value * powerOfTen(scale) : value / powerOfTen(-scale);
}

/** `10 ** n` is not correctly rounded in every engine; reading the literal is. */
function powerOfTen(exponent: number): number {
  return Number(`1e${exponent}`);
}

/** Prints a double with the fewest digits that read back as itself: plain for exponents −5…15, else `d.ddde±n`. */
function doubleText(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa = "", exponentText = "0"] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const exponent = Number(exponentText);
  const sign = value < 0 ? "-" : "";
  if (exponent < -5 || exponent > 15) return `${sign}${mantissa}e${exponent}`;
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const integer = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${integer}.${digits.slice(exponent + 1) || "0"}`;
}
