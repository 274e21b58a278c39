/** Conversations to render, and completions to parse. */

const HARMONY = {
  start: 200006,
  end: 200007,
  message: 200008,
  channel: 200005,
  constrain: 200003,
  return: 200002,
  call: 200012,
};

const string = (description, more = {}) => ({ type: "string", description, ...more });

/** Tools of the kind that agents have. */
const TOOLS = [
  {
    name: "get_weather",
    description: "Gets the weather at a place, now or on one of the next ten days.",
    parameters: {
      type: "object",
      properties: {
        location: string("The city and country, such as Oslo, Norway"),
        format: { type: "string", enum: ["celsius", "fahrenheit"], default: "celsius" },
        days: { type: "array", items: { type: "integer" }, description: "Days from today" },
      },
      required: ["location"],
    },
  },
  {
    name: "search_documents",
    description: "Searches the user's documents.\nReturns at most `limit` results, best first.",
    parameters: {
      type: "object",
      properties: {
        query: string("What to look for"),
        limit: { type: "integer", default: 10 },
        filter: {
          type: "object",
          description: "Only documents that match all of these",
          properties: {
            author: string("Full name"),
            kind: { type: "string", enum: ["letter", "invoice", "contract", "note"] },
            changed_after: string("A date, YYYY-MM-DD", { nullable: true }),
          },
        },
      },
      required: ["query"],
    },
  },
  {
    name: "send_mail",
    description: "Sends a mail after the user has agreed to its text.",
    parameters: {
      type: "object",
      properties: {
        to: { type: "array", items: { type: "string" }, description: "Addresses" },
        subject: { type: "string" },
        body: string("Plain text"),
        attachments: {
          type: "array",
          items: {
            oneOf: [
              { type: "object", description: "A document", properties: { document: { type: "string" } } },
              { type: "object", description: "A link", properties: { url: { type: "string" } } },
            ],
          },
        },
      },
      required: ["to", "subject", "body"],
    },
  },
  { name: "get_time", description: "Gets the current time where the user is." },
];

const SYSTEM = {
  role: "system",
  content: [
    {
      type: "system_content",
      model_identity: "You are ChatGPT, a large language model trained by OpenAI.",
      reasoning_effort: "Medium",
      conversation_start_date: "2025-06-28",
      knowledge_cutoff: "2024-06",
      channel_config: { valid_channels: ["analysis", "commentary", "final"], channel_required: true },
    },
  ],
};

const DEVELOPER = {
  role: "developer",
  content: [
    {
      type: "developer_content",
      instructions: "Help with letters and appointments. Answer briefly. Ask before you send anything.",
      tools: { functions: { name: "functions", tools: TOOLS } },
    },
  ],
};

const say = (role, text, more = {}) => ({ role, content: [{ type: "text", text }], ...more });

/** One turn with a call: what the user asks, and everything that is said until it is answered. */
function turn(write) {
  const argument = JSON.stringify({ query: write(60), limit: 5 });
  return [
    say("user", write(500)),
    say("assistant", write(700), { channel: "analysis" }),
    say("assistant", argument, {
      recipient: "functions.search_documents",
      channel: "commentary",
      content_type: "<|constrain|>json",
    }),
    say("tool", write(1_100), { name: "functions.search_documents", recipient: "assistant", channel: "commentary" }),
    say("assistant", write(1_300), { channel: "final" }),
  ];
}

/** A writer that goes through a text; each call gives the next so many UTF-16 units. */
function writer(text) {
  let at = 0;
  return (length) => {
    at += length;
    return text.slice(at - length, at);
  };
}

/** A chat of 101 messages whose texts hold 75,000 characters; it waits for the assistant, after a tool's answer. */
export function longChat(text) {
  const write = writer(text);
  const messages = Array.from({ length: 20 }, () => turn(write))
    .flat()
    .slice(0, 99);
  const missing = 75_000 - messages.reduce((sum, message) => sum + message.content[0].text.length, 0);
  messages[98].content[0].text += write(missing);
  return { messages: [SYSTEM, DEVELOPER, ...messages] };
}

/** The beginning of a chat: one question, after all the tools. */
export function firstQuestion(text) {
  return { messages: [SYSTEM, DEVELOPER, say("user", writer(text)(200))] };
}

/** Every string that a prompt of these conversations is made from, tools as their JSON. */
export function stringsOf(conversations) {
  return conversations.flatMap(({ messages }) =>
    messages.flatMap(({ content }) => content.map((one) => one.text ?? JSON.stringify(one))),
  );
}

/**
 * What a model writes: 40 turns of thought, call or answer, as tokens.
 * @param {string} text What it writes about.
 * @param {(text: string) => number[]} encode
 */
export function completions(text, encode) {
  const write = writer(text);
  const { start, end, message, channel, constrain, call } = HARMONY;
  return Array.from({ length: 40 }, (_, index) => {
    const thought = [
      channel,
      ...encode("analysis"),
      message,
      ...encode(write(1_200)),
      end,
      start,
      ...encode("assistant"),
    ];
    if (index % 2 === 0) {
      const to = encode("commentary to=functions.search_documents ");
      const argument = encode(JSON.stringify({ query: write(60), limit: 5 }));
      return [...thought, channel, ...to, constrain, ...encode("json"), message, ...argument, call];
    }
    return [...thought, ...answer(encode(write(3_000)), encode)];
  });
}

/** One answer of 20,000 tokens. */
export function longCompletion(text, encode) {
  return [answer(encode(text).slice(0, 20_000), encode)];
}

function answer(tokens, encode) {
  return [HARMONY.channel, ...encode("final"), HARMONY.message, ...tokens, HARMONY.return];
}
