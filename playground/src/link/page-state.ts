import type { InputKind, PromptEnd, PromptQuestion } from "../worker/answers.js";

/** Everything that a link carries. */
export interface PageState {
  readonly tab: Tab;
  readonly prompt: {
    readonly text: string;
    readonly kind: InputKind;
    readonly end: PromptEnd;
    readonly keepAnalysis: PromptQuestion["keepAnalysis"];
    readonly recipientPlace: PromptQuestion["recipientPlace"];
    readonly view: "text" | "tokens";
    readonly edit: "json" | "cards";
    readonly against: PromptQuestion["against"];
    readonly kept: string;
  };
  readonly parse: {
    readonly text: string;
    readonly afterStart: boolean;
    readonly tools: string;
    readonly continueAfterCall: boolean;
    /** After how many tokens; -1 for the end. */
    readonly step: number;
    readonly mode: "resilient" | "strict" | "permissive";
  };
  readonly compare: {
    readonly template: string;
    readonly parsedArguments: boolean;
    readonly view: "text" | "tokens";
  };
  readonly schema: { readonly text: string };
}

/** The parts of the state, each of which belongs to a tab. */
export const TABS = ["prompt", "parse", "compare", "schema"] as const;
export type Tab = (typeof TABS)[number];

const WEATHER = {
  messages: [
    {
      role: "system",
      content: [
        {
          type: "system_content",
          model_identity: "You are ChatGPT, a large language model trained by OpenAI.",
          reasoning_effort: "Medium",
          knowledge_cutoff: "2024-06",
          conversation_start_date: "2026-11-21",
          channel_config: { valid_channels: ["analysis", "commentary", "final"], channel_required: true },
        },
      ],
    },
    {
      role: "developer",
      content: [
        {
          type: "developer_content",
          instructions: "Answer in one sentence.",
          tools: {
            functions: {
              name: "functions",
              tools: [
                {
                  name: "get_weather",
                  description: "Gets the weather of a city.",
                  parameters: {
                    type: "object",
                    properties: {
                      city: { type: "string", description: "Such as Lisbon" },
                      unit: { type: "string", enum: ["celsius", "fahrenheit"], default: "celsius" },
                    },
                    required: ["city"],
                  },
                },
              ],
            },
          },
        },
      ],
    },
    { role: "user", content: "Is it warm in Lisbon?" },
    { role: "assistant", channel: "analysis", content: "They ask for the weather of today. I have a tool for that." },
    {
      role: "assistant",
      channel: "commentary",
      recipient: "functions.get_weather",
      content_type: "<|constrain|>json",
      content: '{"city":"Lisbon"}',
    },
    {
      role: "tool",
      name: "functions.get_weather",
      channel: "commentary",
      recipient: "assistant",
      content: '{"temperature":21,"sky":"clear"}',
    },
    { role: "assistant", channel: "final", content: "Yes: 21 °C, under a clear sky. ☀️" },
    { role: "user", content: "And do I need an umbrella?" },
  ],
};

const COMPLETION =
  '<|channel|>analysis<|message|>They want to know about rain; I must ask again.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city":"Lisbon"}<|call|>';

const SCHEMA = {
  type: "object",
  properties: {
    city: { type: "string", description: "Such as Lisbon" },
    days: { type: "integer", default: 3, description: "How far to look ahead" },
    unit: { type: "string", enum: ["celsius", "fahrenheit"] },
    alerts: { type: "array", items: { type: "string" } },
  },
  required: ["city"],
};

export const FIRST_STATE: PageState = {
  tab: "prompt",
  prompt: {
    text: JSON.stringify(WEATHER, null, 2),
    kind: "auto",
    end: "completion",
    keepAnalysis: "reference",
    recipientPlace: "role",
    view: "text",
    edit: "json",
    against: "",
    kept: "",
  },
  parse: { text: COMPLETION, afterStart: true, tools: "", continueAfterCall: false, step: -1, mode: "resilient" },
  compare: { template: "", parsedArguments: true, view: "text" },
  schema: { text: JSON.stringify(SCHEMA, null, 2) },
};

/** A Chat Completions request, as an example. */
export const CHAT_REQUEST: string = JSON.stringify(
  {
    model: "gpt-oss-20b",
    reasoning_effort: "low",
    messages: [
      { role: "developer", content: "Answer in one sentence." },
      { role: "user", content: "Is it warm in Lisbon?" },
      {
        role: "assistant",
        reasoning_content: "I have a tool for that.",
        tool_calls: [
          { id: "call_1", type: "function", function: { name: "get_weather", arguments: '{"city":"Lisbon"}' } },
        ],
      },
      { role: "tool", tool_call_id: "call_1", content: '{"temperature":21}' },
    ],
    tools: [
      {
        type: "function",
        function: {
          name: "get_weather",
          description: "Gets the weather of a city.",
          parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
        },
      },
    ],
  },
  null,
  2,
);
