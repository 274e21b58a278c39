import { FIRST_SPECIAL_TOKEN, LAST_SPECIAL_TOKEN, SpecialToken } from "../../special-tokens.js";

/**
 * What a piece of input means to the format: one of the control tokens, or `text` for everything else that may stand in
 * a header or a content.
 */
export type Mark =
  | "start"
  | "message"
  | "channel"
  | "constrain"
  | "call"
  | "return"
  | "end"
  | "endoftext"
  /** A special token without a job in the format: startoftext or a reserved one. */
  | "other"
  | "text";

const NAMED: ReadonlyMap<number, Mark> = new Map([
  [SpecialToken.START, "start"],
  [SpecialToken.MESSAGE, "message"],
  [SpecialToken.CHANNEL, "channel"],
  [SpecialToken.CONSTRAIN, "constrain"],
  [SpecialToken.CALL, "call"],
  [SpecialToken.RETURN, "return"],
  [SpecialToken.END, "end"],
  [SpecialToken.ENDOFTEXT, "endoftext"],
]);

/** The mark of a token; ids outside the vocabulary are text, of which nobody knows what it says. */
export function markOf(token: number): Mark {
  if (token < FIRST_SPECIAL_TOKEN || token > LAST_SPECIAL_TOKEN) return "text";
  return NAMED.get(token) ?? "other";
}
