// Code as it is written for OpenAI's API, on a gpt-oss of your own: asks, runs the tools that the model calls, and prints
// the answer. The official client does the same over `client.fetch`: see docs/openai.md.
//
//   llama-server -m gpt-oss-20b.gguf --port 8080
//   node examples/openai-client.mjs http://127.0.0.1:8080
import { createHarmonyClient } from "harmony-format/client";
import { llamaCpp } from "harmony-format/engines";

const [baseURL = "http://127.0.0.1:8080"] = process.argv.slice(2);
const client = createHarmonyClient({ engine: llamaCpp({ baseURL }) });

const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const tools = [{ type: "function", function: { name: "get_weather", description: "Gets the weather.", parameters } }];
const messages = [{ role: "user", content: "Do I need an umbrella in Lisbon?" }];

for (let round = 0; round < 8; round++) {
  const { choices, usage } = await client.chat.completions.create({ messages, tools, max_completion_tokens: 1024 });
  const { message } = choices[0];
  console.log(`${usage.prompt_tokens_details.cached_tokens} of ${usage.prompt_tokens} tokens were in the cache`);
  if (message.reasoning_content) console.log(`thinks: ${message.reasoning_content}`);
  if (message.content) console.log(`says: ${message.content}`);

  // Sent back as it is, it stands in the next prompt as the model wrote it.
  messages.push(message);
  const calls = message.tool_calls ?? [];
  for (const { id, function: called } of calls) {
    console.log(`calls: ${called.name} ${called.arguments}`);
    messages.push({ role: "tool", tool_call_id: id, content: '{"rain": 0.8}' });
  }
  if (calls.length === 0) break;
}
