/** @returns {Promise<import("../adapter.mjs").Adapter>} */
export async function load() {
  const { get_encoding } = await import("tiktoken");
  const tokenizer = get_encoding("o200k_base");
  const utf8 = new TextDecoder();
  return {
    encode: (text) => tokenizer.encode_ordinary(text),
    decode: (tokens) => utf8.decode(tokenizer.decode(tokens)),
  };
}
