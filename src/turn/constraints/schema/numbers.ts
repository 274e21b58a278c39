import { oneOf } from "./gbnf-text.js";

/**
 * Numbers within bounds, as GBNF. A number is written as JSON.stringify writes it up to 10^21: without an exponent, and
 * without a minus sign before zero.
 */

/** Digits that a number without bounds may have before and behind the point: enough for any double that is not huge. */
const MOST_DIGITS = 21;

export const INTEGER: string = `("-"? ("0" | [1-9] [0-9]{0,${MOST_DIGITS - 1}}))`;
export const NUMBER: string = `("-"? ("0" | [1-9] [0-9]{0,${MOST_DIGITS - 1}}) ("." [0-9]{1,${MOST_DIGITS}})? ([eE] [-+]? [0-9]{1,3})?)`;

/** A bound of a number. */
export interface Bound {
  readonly value: number;
  /** Whether the bound itself is out. */
  readonly isExclusive: boolean;
}

/** Integers within bounds; `undefined` where there are none. */
export function integersWithin(lower: Bound | undefined, upper: Bound | undefined): string | undefined {
  const least = lower && integerBound(Math.ceil(lower.value), lower, 1n);
  const most = upper && integerBound(Math.floor(upper.value), upper, -1n);
  return integerRange(least, most);
}

function integerBound(rounded: number, { value, isExclusive }: Bound, step: bigint): bigint {
  return BigInt(rounded) + (isExclusive && rounded === value ? step : 0n);
}

function integerRange(least: bigint | undefined, most: bigint | undefined): string | undefined {
  if (least !== undefined && most !== undefined && least > most) return undefined;
  const alternatives: string[] = [];
  if (least === undefined || least < 0n) {
    const digits = naturals(most === undefined || most >= 0n ? 1n : -most, least === undefined ? undefined : -least);
    alternatives.push(`"-" ${digits}`);
  }
  if (most === undefined || most >= 0n) {
    alternatives.push(naturals(least === undefined || least < 0n ? 0n : least, most));
  }
  return oneOf(alternatives);
}

/** The natural numbers from one to another, both included. There is at least one. */
function naturals(least: bigint, most: bigint | undefined): string {
  const first = least.toString();
  const last = most?.toString();
  const alternatives: string[] = [];
  for (let length = first.length; length <= (last ?? first).length; length++) {
    const from = length === first.length ? first : `1${"0".repeat(length - 1)}`;
    alternatives.push(digitsWithin(from, last?.length === length ? last : "9".repeat(length)));
  }
  if (last === undefined && first.length < MOST_DIGITS) {
    alternatives.push(`[1-9] ${anyDigits(first.length, MOST_DIGITS - 1)}`);
  }
  return oneOf(alternatives);
}

/** Texts of as many digits as both ends have, from one to the other. */
function digitsWithin(from: string, to: string): string {
  if (from === to) return `"${from}"`;
  const rest = from.length - 1;
  if (rest === 0) return digit(Number(from), Number(to));
  const [first, last] = [Number(from[0]), Number(to[0])];
  if (first === last) return `"${first}" ${digitsWithin(from.slice(1), to.slice(1))}`;
  // The first digit at either end leaves only some of the digits behind it; one in between leaves all of them.
  const isWholeFrom = /^0*$/.test(from.slice(1));
  const isWholeTo = /^9*$/.test(to.slice(1));
  const alternatives: string[] = [];
  if (!isWholeFrom) alternatives.push(`"${first}" ${digitsWithin(from.slice(1), "9".repeat(rest))}`);
  const [low, high] = [isWholeFrom ? first : first + 1, isWholeTo ? last : last - 1];
  if (low <= high) alternatives.push(`${digit(low, high)} ${anyDigits(rest, rest)}`);
  if (!isWholeTo) alternatives.push(`"${last}" ${digitsWithin("0".repeat(rest), to.slice(1))}`);
  return oneOf(alternatives);
}

function digit(from: number, to: number): string {
  return from === to ? `"${from}"` : `[${from}-${to}]`;
}

function anyDigits(least: number, most: number): string {
  return least === most ? `[0-9]{${least}}` : `[0-9]{${least},${most}}`;
}

/** Numbers within bounds, with or without a fraction; `undefined` where there are none. */
export function numbersWithin(lower: Bound | undefined, upper: Bound | undefined): string | undefined {
  const alternatives: string[] = [];
  if (lower === undefined || lower.value < 0) {
    // Zero has no minus sign.
    const least = upper !== undefined && upper.value < 0 ? mirrored(upper) : { value: 0, isExclusive: true };
    const negative = decimals(least, lower && mirrored(lower));
    if (negative !== undefined) alternatives.push(`"-" ${negative}`);
  }
  if (upper === undefined || upper.value >= 0) {
    const least = lower !== undefined && lower.value > 0 ? lower : { value: 0, isExclusive: false };
    const isZeroOut = lower !== undefined && lower.value === 0 && lower.isExclusive;
    const positive = decimals(isZeroOut ? lower : least, upper);
    if (positive !== undefined) alternatives.push(positive);
  }
  return alternatives.length === 0 ? undefined : oneOf(alternatives);
}

function mirrored({ value, isExclusive }: Bound): Bound {
  return { value: -value, isExclusive };
}

/** A number's digits before and behind the point, without zeros at the end. */
interface Decimal {
  readonly whole: bigint;
  readonly fraction: string;
}

/** Numbers from zero on within bounds. */
function decimals(lower: Bound, upper: Bound | undefined): string | undefined {
  if (upper !== undefined) {
    if (lower.value > upper.value) return undefined;
    if (lower.value === upper.value && (lower.isExclusive || upper.isExclusive)) return undefined;
  }
  const from = decimalOf(lower.value);
  const to = upper && decimalOf(upper.value);
  const isSameWhole = to !== undefined && from.whole === to.whole;
  const alternatives: string[] = [];
  const add = (whole: bigint, fraction: string | undefined): void => {
    if (fraction !== undefined) alternatives.push(`"${whole}"${fraction === "" ? "" : ` ${fraction}`}`);
  };
  if (isSameWhole) {
    add(from.whole, fractionWithin(from.fraction, lower.isExclusive, to.fraction, upper!.isExclusive));
    return alternatives.length === 0 ? undefined : oneOf(alternatives);
  }
  const isFromWhole = from.fraction === "" && !lower.isExclusive;
  if (!isFromWhole) add(from.whole, fractionWithin(from.fraction, lower.isExclusive, undefined, false));
  const first = isFromWhole ? from.whole : from.whole + 1n;
  if (to === undefined) {
    alternatives.push(`${naturals(first, undefined)} ${ANY_FRACTION}`);
  } else {
    if (first < to.whole) alternatives.push(`${naturals(first, to.whole - 1n)} ${ANY_FRACTION}`);
    add(to.whole, fractionWithin("", false, to.fraction, upper!.isExclusive));
  }
  return alternatives.length === 0 ? undefined : oneOf(alternatives);
}

const ANY_FRACTION = `("." [0-9]{1,${MOST_DIGITS}})?`;
const MORE_DIGITS = `[0-9]{0,${MOST_DIGITS}}`;

/** What may stand behind the whole part so that the fraction lies within bounds; `undefined` where nothing may. */
function fractionWithin(
  from: string,
  isFromOut: boolean,
  to: string | undefined,
  isToOut: boolean,
): string | undefined {
  // Without a point the fraction is zero.
  const isZeroIn = from === "" && !isFromOut && !(to === "" && isToOut);
  const digits = digitsBehindPoint(from, isFromOut, to, isToOut);
  if (digits === undefined) return isZeroIn ? "" : undefined;
  return isZeroIn ? `("." ${digits})?` : `"." ${digits}`;
}

/** The digits of a fraction from one to another; an end that is `undefined` is open. At least one digit. */
function digitsBehindPoint(
  from: string | undefined,
  isFromOut: boolean,
  to: string | undefined,
  isToOut: boolean,
): string | undefined {
  const [low, high] = [Number(from?.[0] ?? 0), Number(to?.[0] ?? (to === undefined ? 9 : 0))];
  const alternatives: string[] = [];
  for (let value = low; value <= high; value++) {
    const nextFrom = from !== undefined && value === low ? from.slice(1) : undefined;
    const nextTo = to !== undefined && value === high ? to.slice(1) : undefined;
    const rest = restBehind(nextFrom, isFromOut, nextTo, isToOut);
    if (rest !== undefined) alternatives.push(`"${value}"${rest === "" ? "" : ` ${rest}`}`);
  }
  return alternatives.length === 0 ? undefined : oneOf(joinedDigits(alternatives));
}

/** What may follow a digit, be it nothing. */
function restBehind(
  from: string | undefined,
  isFromOut: boolean,
  to: string | undefined,
  isToOut: boolean,
): string | undefined {
  if (from === undefined && to === undefined) return MORE_DIGITS;
  const isEndIn = (from === undefined || (from === "" && !isFromOut)) && !(to === "" && isToOut);
  // Zeros to come change nothing.
  if (to === "" && (from ?? "") === "") {
    if (isToOut || (from === "" && isFromOut)) return undefined;
    return `"0"{0,${MOST_DIGITS}}`;
  }
  if (from === "" && to === undefined) {
    return isFromOut ? `"0"{0,${MOST_DIGITS}} [1-9] ${MORE_DIGITS}` : MORE_DIGITS;
  }
  const digits = digitsBehindPoint(from ?? "", from !== undefined && isFromOut, to, isToOut);
  if (digits === undefined) return isEndIn ? "" : undefined;
  return isEndIn ? `(${digits})?` : digits;
}

/** Digits with the same rest as one class: `"3" x | "4" x` is `[3-4] x`. */
function joinedDigits(alternatives: readonly string[]): string[] {
  const runs: { first: number; last: number; rest: string }[] = [];
  for (const alternative of alternatives) {
    const [value, rest] = [Number(alternative[1]), alternative.slice(3)];
    const run = runs.at(-1);
    if (run !== undefined && run.rest === rest && run.last === value - 1) run.last = value;
    else runs.push({ first: value, last: value, rest });
  }
  return runs.map(({ first, last, rest }) => `${digit(first, last)}${rest}`);
}

function decimalOf(value: number): Decimal {
  const [mantissa = "", exponentText = "0"] = value.toExponential().split("e");
  const [head = "", tail = ""] = mantissa.split(".");
  const exponent = Number(exponentText);
  const digits = head + tail;
  const point = exponent + 1;
  if (point <= 0) return { whole: 0n, fraction: value === 0 ? "" : "0".repeat(-point) + digits };
  return {
    whole: BigInt(digits.slice(0, point).padEnd(point, "0")),
    fraction: digits.slice(point).replace(/0+$/, ""),
  };
}
