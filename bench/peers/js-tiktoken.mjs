/** @returns {Promise<import("../adapter.mjs").Adapter>} */
export async function load() {
  const [{ Tiktoken }, { default: ranks }] = await Promise.all([
    import("js-tiktoken/lite"),
    import("js-tiktoken/ranks/o200k_base"),
  ]);
  const tokenizer = new Tiktoken(ranks);
  return { encode: (text) => tokenizer.encode(text, [], []), decode: (tokens) => tokenizer.decode(tokens) };
}
