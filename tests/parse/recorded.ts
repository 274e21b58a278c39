import { SPECIAL_TOKENS } from "../../src/special-tokens.js";
import { createTokenizer } from "../../src/tokenizer/o200k.js";
import type { Tokenizer } from "../../src/tokenizer/tokenizer.js";

/** What a parser needs of an encoding. */
export const encoding: { readonly tokenizer: Tokenizer } = { tokenizer: createTokenizer(SPECIAL_TOKENS) };

/** The tokens of a text whose markers are special tokens. */
export function tokensOf(text: string): number[] {
  return encoding.tokenizer.encode(text, { allowedSpecial: "all" });
}

/**
 * The reference's sentence without what is its language's: `Some("…")` with its escapes, and the names of its error
 * types.
 */
export function wordingOf(message: string): string {
  return message
    .replace(/^Could not decode tokens: Invalid token error: /, "")
    .replace(/^Could not decode tokens: Invalid utf-8 sequence: .*$/s, "Invalid utf-8")
    .replace(/: Some\((".*")\)$/s, (_, quoted: string) => `: ${unescapeRust(quoted.slice(1, -1))}`);
}

function unescapeRust(text: string): string {
  return text.replace(/\\(u\{([0-9a-f]+)\}|.)/gs, (_, escaped: string, code: string | undefined) => {
    if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
    return { n: "\n", r: "\r", t: "\t", "0": "\0" }[escaped] ?? escaped;
  });
}
