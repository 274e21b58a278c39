import { SPECIAL_TOKENS } from "../../src/special-tokens.js";
import { createTokenizer } from "../../src/tokenizer/o200k.js";
import type { Tokenizer } from "../../src/tokenizer/tokenizer.js";

/** The part of an encoding that a parser needs, without the renderer. */
export const encoding: { readonly tokenizer: Tokenizer } = { tokenizer: createTokenizer(SPECIAL_TOKENS) };

/** The tokens of a text whose markers are special tokens. */
export function tokensOf(text: string): number[] {
  return encoding.tokenizer.encode(text, { allowedSpecial: "all" });
}
