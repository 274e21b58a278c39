// A whole turn with a real engine: asks llama-server, runs the tools that the model calls, and prints what it says.
//
//   llama-server -m gpt-oss-20b.gguf --port 8080
//   node examples/llama-server.mjs http://127.0.0.1:8080
import {
  Conversation,
  DeveloperContent,
  HarmonySession,
  loadHarmonyEncoding,
  SystemContent,
  toolCallOf,
  toolResult,
} from "harmony-format";

const [url = "http://127.0.0.1:8080"] = process.argv.slice(2);
const tools = [
  {
    name: "get_weather",
    description: "Gets the weather.",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
];
const conversation = Conversation.fromMessages([
  { role: "system", content: [SystemContent.new()] },
  { role: "developer", content: [DeveloperContent.new().withFunctionTools(tools)] },
  { role: "user", content: "Do I need an umbrella in Lisbon?" },
]);

const session = new HarmonySession(loadHarmonyEncoding(), conversation);
for (let round = 0; round < 8; round++) {
  // Ids in, ids out: the server would take markers in the words of a text for control tokens.
  const response = await fetch(`${url}/completion`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ prompt: session.prompt(), n_predict: 1024, return_tokens: true, temperature: 1, top_k: 0 }),
  });
  if (!response.ok) throw new Error(`llama-server: ${response.status} ${await response.text()}`);
  const { tokens, timings } = await response.json();

  const { messages } = session.addCompletion(tokens);
  console.log(`${timings.cache_n} tokens of the prompt were in the cache, ${timings.prompt_n} were not`);
  for (const { channel, recipient, text } of messages) console.log(`${channel} ${recipient ?? ""}: ${text}`);

  const calls = messages.filter((message) => toolCallOf(message) !== undefined);
  for (const call of calls) session.add(toolResult(call, '{"rain": 0.8}'));
  if (calls.length === 0) break;
}
