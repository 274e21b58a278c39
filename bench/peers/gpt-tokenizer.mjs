/** @returns {Promise<import("../adapter.mjs").Adapter>} */
export async function load() {
  const { countTokens, decode, encode } = await import("gpt-tokenizer/encoding/o200k_harmony");
  // Without this it throws where a text spells a special token.
  const ordinary = { disallowedSpecial: new Set() };
  return {
    encode: (text) => encode(text, ordinary),
    count: (text) => countTokens(text, ordinary),
    decode: (tokens) => decode(tokens),
  };
}
