// A whole turn with a real engine: asks llama-server, runs the tools that the model calls, and prints what it says as it comes.
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
import { EngineTurn, llamaCpp } from "harmony-format/engines";

const [baseURL = "http://127.0.0.1:8080"] = process.argv.slice(2);
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

const encoding = loadHarmonyEncoding();
const engine = llamaCpp({ baseURL });
const session = new HarmonySession(encoding, conversation);
for (let round = 0; round < 8; round++) {
  // Ids in, ids out: the server would take markers in the words of a text for control tokens.
  const turn = new EngineTurn(engine, { tokens: session.prompt(), encoding, maxTokens: 1024 });
  for await (const event of turn) {
    if (event.type === "message-start") process.stdout.write(`\n${event.channel} ${event.recipient ?? ""}: `);
    if (event.type === "delta") process.stdout.write(event.text);
  }
  const { promptTokens, cachedTokens } = turn.usage;
  console.log(`\n(${cachedTokens} of the prompt's ${promptTokens} tokens were in the engine's cache)`);

  const { messages } = session.addCompletion(turn.tokens, { finishReason: turn.finish });
  const calls = messages.filter((message) => toolCallOf(message) !== undefined);
  for (const call of calls) session.add(toolResult(call, '{"rain": 0.8}'));
  if (calls.length === 0) break;
}
