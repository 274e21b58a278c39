/** The build to load: this module's address names it, so that two builds can be compared. */
const build = new URL(import.meta.url).searchParams.get("build");

/** @returns {Promise<import("./adapter.mjs").Adapter>} */
export async function load() {
  const { Conversation, loadHarmonyEncoding, StreamableParser } = await import(build);
  const encoding = loadHarmonyEncoding();
  const { tokenizer } = encoding;
  return {
    encode: (text) => tokenizer.encodeOrdinary(text),
    count: (text) => tokenizer.countTokens(text),
    decode: (tokens) => encoding.decode(tokens),
    conversation: (json) => Conversation.fromJSON(json),
    render: (conversation) => encoding.renderConversationForCompletion(conversation, "assistant"),
    parser: (options) => new StreamableParser(encoding, "assistant", options),
  };
}
