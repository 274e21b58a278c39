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
    shapes: await loadShapes(() => new StreamableParser(encoding, "assistant", { mode: "resilient" })),
  };
}

/** What reads a completion a token at a time, and says how many messages it has. By name; without those of an older build. */
async function loadShapes(newParser) {
  const withEvents = (useEvent) => (tokens) => {
    const parser = newParser();
    for (const token of tokens) for (const event of parser.push(token)) useEvent(event);
    for (const event of parser.finish({ reason: "stop" })) useEvent(event);
    return parser.messages.length;
  };
  const shapes = { "parser alone": (use) => withEvents(use) };
  const entry = (name) => import(new URL(`./${name}.js`, build).href).catch(() => ({}));
  const { ChatCompletionWriter, readChatCompletionRequest, ReplyReader } = await entry("chat-completions");
  const { ResponseWriter, readResponseRequest } = await entry("responses");
  const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: 1, analysisTokens: 0 };
  /** As a server does for each reply: an event of the parser becomes parts, and each of them pieces of the answer. */
  const withWriter = (request, newWriter) => (use) => (tokens) => {
    const reader = new ReplyReader(request);
    const writer = newWriter(request);
    for (const piece of writer.begin?.() ?? []) use(piece);
    const read = withEvents((event) => {
      for (const part of reader.read(event)) for (const piece of writer.write(part)) use(piece);
    });
    const messages = read(tokens);
    for (const piece of writer.end({ finish: "stop", usage, diagnostics: [], warnings: [] })) use(piece);
    return messages;
  };
  if (ChatCompletionWriter !== undefined) {
    const messages = [{ role: "user", content: "Q" }];
    const request = readChatCompletionRequest({ model: "m", messages, stream: true });
    shapes["Chat Completions"] = withWriter(request, () => new ChatCompletionWriter(request));
  }
  if (ResponseWriter !== undefined) {
    const request = readResponseRequest({ model: "m", input: "Q", stream: true });
    shapes.Responses = withWriter(request, () => new ResponseWriter(request));
  }
  return shapes;
}
