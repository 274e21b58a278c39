import { closeSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../paths.mjs";

const SYSTEM = {
  model_identity: "You are ChatGPT, a large language model trained by OpenAI.",
  reasoning_effort: "Medium",
  conversation_start_date: "2025-06-28",
  knowledge_cutoff: "2024-06",
  channel_config: { valid_channels: ["analysis", "commentary", "final"], channel_required: true },
};
const PARAMETERS = { type: "object", properties: { query: { type: "string" } }, required: ["query"] };
const SEARCH = { name: "search", description: "Searches the documents.", parameters: PARAMETERS };
const TOOLS = { functions: { name: "functions", tools: [SEARCH] } };

/**
 * Writes conversations of some 750 tokens, a line each.
 * @param {string} name
 * @param {number} count
 */
export function writeConversations(name, count) {
  writeLines(name, conversations(count));
}

/**
 * Writes the same conversations as chats, the form that trainers take whose models have other formats.
 * @param {string} name
 * @param {number} count
 * @param {string} thoughts What the field is called that holds what the model thought before it said something.
 */
export function writeChats(name, count, thoughts) {
  writeLines(name, conversations(count), (conversation) => chatOf(conversation, thoughts));
}

function writeLines(name, values, form = (value) => value) {
  const file = openSync(name, "w");
  for (const value of values) writeSync(file, `${JSON.stringify(form(value))}\n`);
  closeSync(file);
}

/** The system message is left out: those who read chats write it themselves. */
function chatOf({ messages: [, developer, ...others] }, thoughts) {
  const [{ instructions, tools }] = developer.content;
  const messages = [{ role: "system", content: instructions }];
  let thought = {};
  for (const { role, channel, recipient, content } of others) {
    if (role === "user") {
      messages.push({ role, content });
    } else if (role === "tool") {
      messages.push({ role, name: SEARCH.name, content });
    } else if (channel === "analysis") {
      thought = { [thoughts]: content };
    } else {
      messages.push({
        role,
        ...thought,
        ...(recipient === undefined ? { content } : { content: "", tool_calls: [callOf(content)] }),
      });
      thought = {};
    }
  }
  return { messages, tools: tools.functions.tools.map((tool) => ({ type: "function", function: tool })) };
}

function callOf(content) {
  return { type: "function", function: { name: SEARCH.name, arguments: JSON.parse(content) } };
}

/** Conversations with a tool, two turns, and real text. */
function* conversations(count) {
  const folder = join(ROOT, "node_modules");
  const prose = readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith("README.md"))
    .sort()
    .map((path) => readFileSync(join(folder, path), "utf8"))
    .join("\n");
  let from = 0;
  const write = (length) => {
    from = (from + length) % (prose.length - 5_000);
    return prose.slice(from, from + length).toWellFormed();
  };
  const say = (role, content, more = {}) => ({ role, content, ...more });
  const assistant = (channel, content, more = {}) => say("assistant", content, { channel, ...more });
  for (let index = 0; index < count; index++) {
    yield {
      messages: [
        say("system", [{ type: "system_content", ...SYSTEM }]),
        say("developer", [{ type: "developer_content", instructions: write(120), tools: TOOLS }]),
        say("user", write(250)),
        assistant("analysis", write(250)),
        assistant("commentary", JSON.stringify({ query: write(40) }), {
          recipient: "functions.search",
          content_type: "<|constrain|>json",
        }),
        say("tool", write(250), { name: "functions.search", recipient: "assistant", channel: "commentary" }),
        assistant("analysis", write(200)),
        assistant("final", write(350)),
        say("user", write(100)),
        assistant("analysis", write(150)),
        assistant("final", write(250)),
      ],
    };
  }
}
