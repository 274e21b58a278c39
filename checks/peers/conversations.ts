/** A message as OpenAI's Chat Completions API has it, with the field in which engines return and take reasoning. */
export interface ChatMessage {
  readonly role: "system" | "developer" | "user" | "assistant" | "tool";
  readonly content?: string | null | readonly { readonly type: "text"; readonly text: string }[];
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly type: "function";
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
  readonly tool_call_id?: string;
}

export interface ChatTool {
  readonly type: "function";
  readonly function: { readonly name: string; readonly description: string; readonly parameters: object };
}

/** A request as OpenAI's API has it, reduced to what a prompt shows. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly ChatTool[];
  readonly reasoning_effort?: "low" | "medium" | "high";
}

/** The day of all prompts. */
export const TODAY: Date = new Date(2026, 10, 21, 12);

const tool = (name: string, description: string, parameters: object): ChatTool => ({
  type: "function",
  function: { name, description, parameters },
});

const GET_WEATHER = tool("get_weather", "Gets the weather.", {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
});

const QUESTION: ChatMessage = { role: "user", content: "Do I need an umbrella in Lisbon?" };
const INSTRUCTIONS: ChatMessage = { role: "system", content: "Be brief." };
const THOUGHT = "I have to look.";

const GET_TIME = tool("get_time", "Gets the time.", {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
});

const callOf = (id: string, city: string, name = "get_weather") =>
  ({
    id,
    type: "function",
    function: { name, arguments: JSON.stringify({ city }).replace(":", ": ") },
  }) as const;
const resultOf = (id: string, content: string): ChatMessage => ({ role: "tool", tool_call_id: id, content });

/** Conversations that all peers can be asked for, by what is particular about each. */
export const CONVERSATIONS: Readonly<Record<string, ChatRequest>> = {
  "a question": { messages: [QUESTION] },
  "a question, with high effort": { messages: [QUESTION], reasoning_effort: "high" },
  instructions: { messages: [INSTRUCTIONS, QUESTION] },
  "a tool": { messages: [QUESTION], tools: [GET_WEATHER] },
  "instructions and a tool": { messages: [INSTRUCTIONS, QUESTION], tools: [GET_WEATHER] },
  "a tool without parameters": {
    messages: [INSTRUCTIONS, QUESTION],
    tools: [tool("where_am_i", "Gets the city.", { type: "object", properties: {} })],
  },
  "a tool with a number, a choice, a default and an object": {
    messages: [INSTRUCTIONS, QUESTION],
    tools: [
      tool("get_weather", "Gets the weather.", {
        type: "object",
        properties: {
          city: { type: "string", description: "Where." },
          days: { type: "integer", default: 3 },
          unit: { type: "string", enum: ["C", "F"] },
          at: { type: "object", properties: { hour: { type: "number" } } },
        },
        required: ["city"],
      }),
    ],
  },
  "a call, its content an empty text": {
    messages: [
      INSTRUCTIONS,
      QUESTION,
      { role: "assistant", content: "", reasoning_content: THOUGHT, tool_calls: [callOf("1", "Lisbon")] },
      resultOf("1", "80% rain"),
    ],
    tools: [GET_WEATHER],
  },
  "a call, its content `null`, as OpenAI's API writes it": {
    messages: [
      INSTRUCTIONS,
      QUESTION,
      { role: "assistant", content: null, reasoning_content: THOUGHT, tool_calls: [callOf("1", "Lisbon")] },
      resultOf("1", "80% rain"),
    ],
    tools: [GET_WEATHER],
  },
  "a call whose result is a JSON object": {
    messages: [
      INSTRUCTIONS,
      QUESTION,
      { role: "assistant", content: "", reasoning_content: THOUGHT, tool_calls: [callOf("1", "Lisbon")] },
      resultOf("1", '{"rain": 0.8}'),
    ],
    tools: [GET_WEATHER],
  },
  "a call with a word to the user before it": {
    messages: [
      INSTRUCTIONS,
      QUESTION,
      { role: "assistant", content: "Let me look.", tool_calls: [callOf("1", "Lisbon")] },
      resultOf("1", "80% rain"),
    ],
    tools: [GET_WEATHER],
  },
  "a call with a thought and a word to the user before it": {
    messages: [
      INSTRUCTIONS,
      QUESTION,
      { role: "assistant", content: "Let me look.", reasoning_content: THOUGHT, tool_calls: [callOf("1", "Lisbon")] },
      resultOf("1", "80% rain"),
    ],
    tools: [GET_WEATHER],
  },
  "calls of two tools in one turn": {
    messages: [
      INSTRUCTIONS,
      QUESTION,
      {
        role: "assistant",
        content: "",
        reasoning_content: THOUGHT,
        tool_calls: [callOf("1", "Lisbon"), callOf("2", "Lisbon", "get_time")],
      },
      resultOf("1", "80% rain"),
      resultOf("2", "noon"),
    ],
    tools: [GET_WEATHER, GET_TIME],
  },
  "an answer with its thought, and a second question": {
    messages: [
      INSTRUCTIONS,
      QUESTION,
      { role: "assistant", content: "Yes.", reasoning_content: THOUGHT },
      { role: "user", content: "And in Porto?" },
    ],
    tools: [GET_WEATHER],
  },
  "two answers with their thoughts, and a third question": {
    messages: [
      INSTRUCTIONS,
      QUESTION,
      { role: "assistant", content: "Yes.", reasoning_content: THOUGHT },
      { role: "user", content: "And in Porto?" },
      { role: "assistant", content: "No.", reasoning_content: "Porto is dry." },
      { role: "user", content: "Thanks." },
    ],
    tools: [GET_WEATHER],
  },
  "a developer message in the middle": {
    messages: [
      INSTRUCTIONS,
      QUESTION,
      { role: "assistant", content: "Yes." },
      { role: "developer", content: "Answer in French." },
      { role: "user", content: "And in Porto?" },
    ],
    tools: [GET_WEATHER],
  },
  "a user's message in two parts": {
    messages: [
      INSTRUCTIONS,
      {
        role: "user",
        content: [
          { type: "text", text: "Lisbon:" },
          { type: "text", text: "umbrella?" },
        ],
      },
    ],
    tools: [GET_WEATHER],
  },
};
