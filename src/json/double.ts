/**
 * The double that the reference reads a number as. Its reader is fast rather than correctly rounded, so some numbers of 16
 * and more digits change in their last place, and some at the very end of the range fall out of it.
 */

const U64_MAX = 2n ** 64n - 1n;
const PARTS = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;

/** Reads a number as JSON text spells it; not finite where the reference says that it is out of range. */
export function doubleOf(spelling: string): number {
  const [, sign, integer = "", fraction = "", exponent = "0"] = PARTS.exec(spelling) ?? [];
  const value = magnitude(integer, fraction, Number(exponent));
  return sign === "-" ? -value : value;
}

/** Reads the digits as one integer of 64 bits and scales it once. */
function magnitude(integer: string, fraction: string, exponent: number): number {
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
