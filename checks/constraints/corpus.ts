// Completions that a constraint must let through, and such that it must not. The former are rendered by the library from
// messages; then each is written in every other way in which models write headers.
import type { ConstraintOptions } from "../../src/constraints.js";
import { loadHarmonyEncoding, Message, ToolNamespaceConfig } from "../../src/index.js";

/** What is asked of the constraint for some options. A completion is a text without the token that ends it. */
export interface Case {
  readonly name: string;
  readonly options: ConstraintOptions;
  readonly good: readonly string[];
  readonly bad: readonly string[];
}

const encoding = loadHarmonyEncoding();
const START = "<|start|>assistant";

const WEATHER = {
  name: "get_weather",
  description: "The weather.",
  parameters: {
    type: "object",
    properties: {
      city: { type: "string" },
      unit: { enum: ["c", "f"] },
      days: { type: "integer", minimum: 1, maximum: 14 },
    },
    required: ["city"],
    additionalProperties: false,
  },
};
const LOCATION = { name: "get_location", description: "Where the user is." };
const TREE = {
  name: "draw-tree.v2",
  description: "Draws a tree.",
  parameters: {
    $defs: {
      node: {
        type: "object",
        properties: { label: { type: "string" }, children: { type: "array", items: { $ref: "#/$defs/node" } } },
        required: ["label"],
        additionalProperties: false,
      },
    },
    $ref: "#/$defs/node",
  },
};
const SCHEMA = {
  type: "object",
  properties: { items: { type: "array", items: { type: "string" } }, total: { type: "number" } },
  required: ["items"],
  additionalProperties: false,
};

/** A completion as the library renders it, without the start that the prompt has, and without the last terminator. */
function rendered(...messages: Message[]): string {
  const tokens = messages.flatMap((message) => Array.from(encoding.render(message)));
  return encoding.decodeUtf8(tokens.slice(0, -1)).slice(START.length);
}

function said(channel: string, text: string): Message {
  return Message.fromRoleAndContent("assistant", text).withChannel(channel);
}

/** A call, in every form: both orders, every channel, every content type. The first is as the library renders it. */
function calls(recipient: string, content: string, types: readonly string[]): string[] {
  return ["commentary", "analysis", "final"].flatMap((channel) =>
    types.flatMap((type) => {
      const message = said(channel, content).withRecipient(recipient);
      const first = rendered(type === "" ? message : message.withContentType(type));
      const to = ` to=${recipient}`;
      const other = `<|channel|>${channel}${to}${first.slice(`${to}<|channel|>${channel}`.length)}`;
      return [first, other].flatMap((text) => [text, text.replace(" <|constrain|>", "<|constrain|>")]);
    }),
  );
}

const JSON_TYPES = ["<|constrain|>json", "json", "", "code"];
const CODE_TYPES = ["code", "", "<|constrain|>code"];

function jsonCalls(recipient: string, content: unknown): string[] {
  return calls(recipient, typeof content === "string" ? content : JSON.stringify(content), JSON_TYPES);
}

function answers(content: string, types: readonly string[] = ["", "json", "<|constrain|>json"]): string[] {
  return types.flatMap((type) => {
    const message = said("final", content);
    const text = rendered(type === "" ? message : message.withContentType(type));
    return [text, text.replace(" <|constrain|>", "<|constrain|>")];
  });
}

/** What may come before the last message of a completion. */
const THOUGHTS = [
  [],
  [said("analysis", "We need a < b, <b>bold</b>, a <| b and {}\n\nÄ ü 你好 🙂.")],
  [said("analysis", "One."), said("analysis", "Two.")],
  [said("analysis", "One."), said("commentary", "I will look that up."), said("analysis", "")],
  [said("commentary", "I will look that up.")],
].map((messages) => messages.map((message) => `${rendered(message)}<|end|>${START}`).join(""));

/** Each completion with something before it, in turn. */
function afterThoughts(completions: readonly string[]): string[] {
  return completions.flatMap((completion, index) => {
    const thoughts = index === 0 ? THOUGHTS : [THOUGHTS[index % THOUGHTS.length]!];
    return thoughts.map((thought) => thought + completion);
  });
}

/** What no constraint lets through. */
const NEVER = [
  "",
  "Hello",
  "<|channel|>",
  "<|channel|>final",
  "<|channel|>final<|message|>Hi<|end|>",
  `<|channel|>final<|message|>Hi<|end|>${START}<|channel|>final<|message|>Hi`,
  "<|channel|>final to=user<|message|>Hi",
  "<|channel|>Final<|message|>Hi",
  "<|message|>Hi",
  "<|channel|>other<|message|>Hi",
  "<|channel|>analysis<|message|>Only thoughts",
  "<|channel|>analysis<|message|>Only thoughts<|end|>",
  `<|channel|>analysis<|message|>Only thoughts<|end|>${START}`,
  "<|channel|>analysis<|message|>A<|start|>assistant<|channel|>final<|message|>B",
  "<|channel|>analysis<|message|>A<|end|><|start|>user<|message|>B",
  "<|channel|>commentary<|message|>Only a preamble",
  " to=functions.unknown<|channel|>commentary json<|message|>{}",
  "<|channel|>commentary to=functions.unknown <|constrain|>json<|message|>{}",
  "<|channel|>commentary to=<|message|>{}",
  "<|channel|>commentary to=assistant<|message|>Hi",
  `${START}<|channel|>final<|message|>Hi`,
];

const BAD_WEATHER = [
  {},
  { city: 1 },
  { city: "Paris", unit: "k" },
  { city: "Paris", days: 0 },
  { city: "Paris", days: 15 },
  { city: "Paris", days: 1.5 },
  { city: "Paris", other: 1 },
  [],
  "Paris",
  '{"city":"Paris"',
  '{"city":"Paris"} and more',
  '{"city":"Paris"}}',
  "",
].flatMap((content) => {
  const all = jsonCalls("functions.get_weather", content);
  return [all[0]!, all[2]!];
});

const [WEATHER_CALL] = jsonCalls("functions.get_weather", { city: "Paris" }) as [string];
const [ANSWER] = answers("Hello.") as [string];
const WEATHER_CALLS = [
  ...jsonCalls("functions.get_weather", { city: "Paris" }),
  ...jsonCalls("functions.get_weather", { city: 'São "Paulo" \\ 🙂 <b>', unit: "f", days: 14 }),
  ...jsonCalls("functions.get_weather", '{ "city": "Paris", "days": 3 }'),
  ...jsonCalls("functions.get_weather", '{\n  "city": "Paris"\n}'),
];
const LOCATION_CALLS = [...jsonCalls("functions.get_location", {})];
const PYTHON_CALLS = calls("python", "print('<b>', 1 <2)\n", CODE_TYPES);
const BROWSER_CALLS = [
  ...jsonCalls("browser.search", { query: "weather in Paris" }),
  ...jsonCalls("browser.open", { id: "https://example.org", cursor: 3 }),
  ...jsonCalls("browser.open", {}),
];
const FREE_ANSWERS = [...answers("Hello, <b>world</b> a <| b.\n\n- 你好 🙂"), ...answers("")];
const JSON_ANSWERS = answers('{"items":["coffee","eggs"],"total":2.5}');
const BAD_JSON_ANSWERS = ['{"items":[1]}', '{"total":1}', "coffee", "", '{"items":[]} and more'].flatMap((content) =>
  answers(content),
);

export const CASES: readonly Case[] = [
  {
    name: "nothing asked for",
    options: {},
    good: afterThoughts(FREE_ANSWERS),
    bad: [...NEVER, WEATHER_CALL],
  },
  {
    name: "tools, auto",
    options: { tools: [WEATHER, LOCATION] },
    good: afterThoughts([...WEATHER_CALLS, ...LOCATION_CALLS, ...FREE_ANSWERS]),
    bad: [
      ...NEVER,
      ...BAD_WEATHER,
      ...jsonCalls("functions.get_weathers", { city: "Paris" }),
      ...jsonCalls("get_weather", { city: "Paris" }),
      ...jsonCalls("functions.get_location", { city: "Paris" }),
      `${WEATHER_CALL}<|end|>${START}${WEATHER_CALL}`,
      PYTHON_CALLS[0]!,
    ],
  },
  {
    name: "tools, none",
    options: { tools: [WEATHER, LOCATION], toolChoice: "none" },
    good: afterThoughts(FREE_ANSWERS),
    bad: [...NEVER, ...WEATHER_CALLS],
  },
  {
    name: "tools, required",
    options: { tools: [WEATHER, LOCATION], toolChoice: "required" },
    good: afterThoughts([...WEATHER_CALLS, ...LOCATION_CALLS]),
    bad: [...NEVER, ...BAD_WEATHER, ...FREE_ANSWERS],
  },
  {
    name: "one tool by name",
    options: { tools: [WEATHER, LOCATION], toolChoice: { name: "get_weather" } },
    good: afterThoughts(WEATHER_CALLS),
    bad: [...NEVER, ...BAD_WEATHER, ...FREE_ANSWERS, ...LOCATION_CALLS],
  },
  {
    name: "built-in tools",
    options: { tools: [ToolNamespaceConfig.browser(), ToolNamespaceConfig.python()] },
    good: afterThoughts([...PYTHON_CALLS, ...BROWSER_CALLS, ...FREE_ANSWERS]),
    bad: [
      ...NEVER,
      ...jsonCalls("browser.close", {}),
      ...jsonCalls("browser", {}),
      ...jsonCalls("browser.search", {}),
      ...calls("python.run", "1", CODE_TYPES),
      WEATHER_CALL,
    ],
  },
  {
    name: "a recursive schema, and a name with punctuation",
    options: { tools: [TREE], toolChoice: "required" },
    good: afterThoughts(
      [{ label: "a" }, { label: "a", children: [{ label: "b", children: [{ label: "c" }] }, { label: "d" }] }].flatMap(
        (tree) => jsonCalls("functions.draw-tree.v2", tree),
      ),
    ),
    bad: [
      ...NEVER,
      ...[
        { label: 1 },
        { label: "a", children: [{}] },
        { label: "a", children: [{ label: "b", children: [{ label: 2 }] }] },
      ].flatMap((tree) => jsonCalls("functions.draw-tree.v2", tree)),
    ],
  },
  {
    name: "an answer of a schema",
    options: { responseFormat: { name: "shopping_list", schema: SCHEMA } },
    good: afterThoughts(JSON_ANSWERS),
    bad: [...NEVER, ...BAD_JSON_ANSWERS, WEATHER_CALL],
  },
  {
    name: "an answer of a schema, or a call",
    options: { tools: [WEATHER], responseFormat: { name: "shopping_list", schema: SCHEMA } },
    good: afterThoughts([...JSON_ANSWERS, ...WEATHER_CALLS]),
    bad: [...NEVER, ...BAD_JSON_ANSWERS, ...BAD_WEATHER, ANSWER],
  },
  {
    name: "an answer that a regular expression matches",
    options: { responseFormat: { regex: "(yes|no), [0-9]{1,3}%" } },
    good: afterThoughts([...answers("yes, 90%", [""]), ...answers("no, 5%", [""])]),
    bad: [...NEVER, ...answers("maybe, 5%"), ...answers("yes, 1000%"), ...answers("yes, 5% "), ANSWER],
  },
  {
    name: "one of several answers",
    options: { responseFormat: { choice: ["positive", "negative", 'say "neither"'] } },
    good: afterThoughts(["positive", "negative", 'say "neither"'].flatMap((text) => answers(text, [""]))),
    bad: [...NEVER, ...answers("positively"), ...answers("Positive"), ...answers(""), ANSWER],
  },
  {
    name: "several calls",
    options: { tools: [WEATHER, LOCATION, ToolNamespaceConfig.python()], parallel: true },
    good: afterThoughts([
      ...WEATHER_CALLS,
      ...WEATHER_CALLS.slice(0, 8).map((call, index) => `${call}<|end|>${START}${LOCATION_CALLS[index]}`),
      `${PYTHON_CALLS[0]}<|end|>${START}${WEATHER_CALL}<|end|>${START}${LOCATION_CALLS[3]}`,
      ...FREE_ANSWERS,
    ]),
    bad: [
      ...NEVER,
      ...BAD_WEATHER,
      `${WEATHER_CALL}<|end|>${START}${ANSWER}`,
      `${WEATHER_CALL}<|end|>${START}${BAD_WEATHER[0]}`,
      `${WEATHER_CALL}<|end|>`,
    ],
  },
];
