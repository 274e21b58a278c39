/** @returns {Promise<import("../adapter.mjs").Adapter>} */
export async function load() {
  const [{ default: Tokenizer }, vocabulary] = await Promise.all([
    import("ai-tokenizer"),
    import("ai-tokenizer/encoding/o200k_base"),
  ]);
  const tokenizer = new Tokenizer(vocabulary);
  return {
    // "all" is its shortest way: it then looks for no special tokens.
    encode: (text) => tokenizer.encode(text, "all"),
    // What its `count` does, which throws where a text spells a special token.
    count: (text) => tokenizer.encode(text, "all").length,
    decode: (tokens) => tokenizer.decode(tokens),
  };
}
