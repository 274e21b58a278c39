import { FIRST_SPECIAL_TOKEN, LAST_SPECIAL_TOKEN, SpecialToken } from "../../special-tokens.js";

/**
 * What an input means to the format: one of the control tokens, or `text` for everything else that may stand in a header
 * or a content.
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
  /** A special token without a function in the format: startoftext or a reserved one. */
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

/** The mark of a token. Ids outside of the vocabulary are text, though nobody knows which. */
export function markOf(token: number): Mark {
  if (token < FIRST_SPECIAL_TOKEN || token > LAST_SPECIAL_TOKEN) return "text";
  return NAMED.get(token) ?? "other";
}
