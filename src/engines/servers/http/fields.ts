import type { EngineUsage } from "../../engine.js";
import type { HttpAnswer } from "./answer.js";

/**
 * Reads a list of token ids.
 * @throws EngineError `not-understood` if it holds anything that cannot be a token.
 */
export function tokensIn(answer: HttpAnswer, value: unknown, field: string): readonly number[] {
  if (Array.isArray(value) && value.every((id) => Number.isInteger(id) && id >= 0 && id <= 0xffffffff)) return value;
  const said = JSON.stringify(value);
  throw answer.error("not-understood", `${field} must be a list of token ids, but is ${said.slice(0, 100)}`, {
    answer: said,
  });
}

/** Reads a count of tokens; `undefined` for anything else, since a count is never worth an error. */
export function countIn(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** What an engine counted, without what it did not. */
export function usageOf(counts: EngineUsage): EngineUsage {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined));
}

/** The largest bias that OpenAI's API knows, which forces a token or rules it out. */
const LARGEST_BIAS = 100;

/** A bias as JSON can say it, which has no infinity. */
export function finiteBias(bias: Readonly<Record<number, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(bias).map(([token, value]) => [
      token,
      Number.isFinite(value) ? value : Math.sign(value) * LARGEST_BIAS,
    ]),
  );
}
