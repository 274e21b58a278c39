// A whole turn with a real engine: asks llama-server, runs the tools that the model calls, and prints its answer.
//
//   llama-server -m gpt-oss-20b.gguf --port 8080
//   node examples/llama-server.mjs http://127.0.0.1:8080
import {
  Conversation,
  DeveloperContent,
  loadHarmonyEncoding,
  Message,
  SystemContent,
  toolCallsOf,
} from "harmony-format";

const [url = "http://127.0.0.1:8080"] = process.argv.slice(2);
const encoding = loadHarmonyEncoding();
const tools = [
  {
    name: "get_weather",
    description: "Gets the weather.",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
];

let conversation = Conversation.fromMessages([
  { role: "system", content: [SystemContent.new()] },
  { role: "developer", content: [DeveloperContent.new().withFunctionTools(tools)] },
  { role: "user", content: "Do I need an umbrella in Lisbon?" },
]);

for (let round = 0; round < 8; round++) {
  // Ids in, ids out: a text would be tokenized by the server, which takes markers in a user's words for control tokens.
  const prompt = encoding.renderConversationForCompletion(conversation, "assistant");
  const response = await fetch(`${url}/completion`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      prompt,
      n_predict: 1024,
      return_tokens: true,
      temperature: 1,
      top_k: 0,
      top_p: 1,
      min_p: 0,
    }),
  });
  if (!response.ok) throw new Error(`llama-server: ${response.status} ${await response.text()}`);
  const { tokens } = await response.json();

  const messages = encoding.parseMessagesFromCompletionTokens(tokens, "assistant", {
    mode: "resilient",
    tools: tools.map(({ name }) => name),
  });
  for (const { channel, recipient, content } of messages)
    console.log(channel, recipient ?? "", JSON.stringify(content));

  const results = toolCallsOf(messages).map(({ recipient }) =>
    Message.fromAuthorAndContent({ role: "tool", name: recipient }, '{"rain": 0.8}')
      .withRecipient("assistant")
      .withChannel("commentary"),
  );
  conversation = Conversation.fromMessages([...conversation, ...messages, ...results]);
  if (results.length === 0) break;
}
