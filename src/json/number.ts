import { doubleOf } from "./double.js";

/** How the reference prints a number in a prompt; the model was trained on prompts made that way. */

const U64_MAX = 2n ** 64n - 1n;
const I64_MIN = -(2n ** 63n);

/** Prints a number, given as JSON text spells it, as the reference prints it. */
export function numberText(spelling: string): string {
  if (/^-?[0-9]+$/.test(spelling) && spelling !== "-0") {
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
