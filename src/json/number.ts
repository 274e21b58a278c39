/**
 * Numbers as the reference reads and prints them, from the spelling that JSON text gives them. How a number is printed
 * matters because it stands in prompts, and the model was trained on prompts printed this way.
 */

const U64_MAX = 2n ** 64n - 1n;
const I64_MIN = -(2n ** 63n);
/** The longest spelling of an integer of 64 bits: `18446744073709551615`, `-9223372036854775808`. */
const MAX_INTEGER_LENGTH = 20;

const INTEGER = /^-?[0-9]+$/;
const PARTS = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;

/** Prints a number, given as JSON text spells it, as the reference prints it. */
export function numberText(spelling: string): string {
  if (spelling.length <= MAX_INTEGER_LENGTH && INTEGER.test(spelling) && spelling !== "-0") {
    const value = BigInt(spelling);
    if (value >= I64_MIN && value <= U64_MAX) return value.toString();
  }
  return doubleText(doubleOf(spelling));
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

/**
 * Reads a number as the reference does, which is fast rather than correctly rounded: some numbers of 16 and more digits
 * differ in their last place from what JavaScript reads, and some at the very end of the range are out of it.
 *
 * @returns Infinity where the number is out of range for the reference.
 */
export function doubleOf(spelling: string): number {
  const [, sign, integer = "", fraction = "", exponent = "0"] = PARTS.exec(spelling) ?? [];
  const value = magnitude(integer, fraction, Number(exponent));
  return sign === "-" ? -value : value;
}

/** Takes the digits as one integer of 64 bits and scales it once. */
function magnitude(integer: string, fraction: string, exponent: number): number {
  let significand = 0n;
  let scale = exponent;
  let full = false;
  for (const digit of integer) {
    const next = significand * 10n + BigInt(digit);
    // Once another digit would overflow 64 bits, the remaining integer digits only raise the exponent.
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

/** Whether a JavaScript number loses digits of a number in JSON text, and so prints as another number. */
export function isRounded(spelling: string): boolean {
  return decimalOf(spelling) !== decimalOf(String(Number(spelling)));
}

/** The same text for every spelling of the same decimal number: `1.50` and `15e-1` are both `15e-1`. */
function decimalOf(spelling: string): string {
  const [, sign, integer = "", fraction = "", exponent = "0"] = PARTS.exec(spelling) ?? [];
  const digits = integer + fraction;
  let end = digits.length;
  // A loop, because a regular expression anchored at the end is quadratic in the zeros.
  while (digits[end - 1] === "0") end -= 1;
  const significant = digits.slice(0, end).replace(/^0+/, "");
  if (significant === "") return integer === "" ? spelling : "0";
  return `${sign}${significant}e${Number(exponent) + digits.length - end - fraction.length}`;
}
