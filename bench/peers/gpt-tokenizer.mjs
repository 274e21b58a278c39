/** @returns {Promise<import("../adapter.mjs").Adapter>} */
export async function load() {
  const { countTokens, decode, encode } = await import("gpt-tokenizer/encoding/o200k_harmony");
  return { encode: (text) => encode(text), count: (text) => countTokens(text), decode: (tokens) => decode(tokens) };
}
