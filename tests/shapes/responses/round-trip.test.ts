import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadHarmonyEncoding } from "../../../src/index.js";
import { StreamableParser } from "../../../src/parse/streamable-parser.js";
import { type ReplyEvent, type ResponseRequest, readResponseRequest } from "../../../src/responses.js";
import { packTokens } from "../../../src/shapes/carried-tokens.js";
import { ReplyReader } from "../../../src/shapes/reply.js";
import { sessionOf } from "../../../src/shapes/session-of-request.js";
import { CASES } from "../../parse/malformed-outputs.js";
import { testProperty } from "../../property.js";
import { written } from "./written.js";

const encoding = loadHarmonyEncoding();

const TOOLS = [
  { type: "function", name: "x", parameters: { type: "object", properties: {} } },
  { type: "custom", name: "apply_patch" },
  { type: "namespace", name: "crm", description: "", tools: [{ type: "function", name: "find" }] },
  { type: "web_search" },
  { type: "code_interpreter", container: { type: "auto" } },
  { type: "tool_search", execution: "client", description: "", parameters: {} },
];

function requestOf(input: readonly object[]): ResponseRequest {
  const include = ["reasoning.encrypted_content"];
  return readResponseRequest({ model: "m", input, tools: TOOLS, include }, { builtInTools: ["browser", "python"] });
}

/** The prompt that a request makes. */
function promptOf(request: ResponseRequest): number[] {
  return [...sessionOf(request, encoding).prompt()];
}

/** The response to a request for which a model writes these tokens. */
function answer(request: ResponseRequest, tokens: readonly number[]): object[] {
  const recovery = { tools: request.toolNames.recipients, continueAfterCall: request.parallelToolCalls };
  const parser = new StreamableParser(encoding, "assistant", { mode: "resilient", ...recovery });
  let calls = 0;
  const newCallId = (): string => {
    calls += 1;
    return `call_${calls}`;
  };
  const reader = new ReplyReader({ toolNames: request.toolNames, newCallId });
  const read = [...parser.push(tokens), ...parser.finish({ reason: "stop" })];
  const events: ReplyEvent[] = read.flatMap((event) => reader.read(event));
  return written(events, { carriedTokens: packTokens(tokens) }, request).response.output;
}

/** What a client sends next: all that was, the results of calls, and a new question. */
function next(input: readonly object[], output: readonly object[]): object[] {
  const results = output.flatMap((item): object[] => {
    const { type, id, call_id } = item as { type: string; id: string; call_id?: string };
    if (type === "tool_search_call") return [{ type: "tool_search_output", call_id, execution: "client", tools: [] }];
    if (type === "custom_tool_call") return [{ type: "custom_tool_call_output", call_id, output: "R" }];
    if (!type.endsWith("_call")) return [];
    return [{ type: "function_call_output", call_id: call_id ?? id, output: "R" }];
  });
  // As the client gets them over the wire.
  const sent = JSON.parse(JSON.stringify(output)) as object[];
  return [...input, ...sent, ...results, { role: "user", content: "And then?" }];
}

const START = [{ role: "user", content: "Hello" }];
const THOUGHT = "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant";
const PREAMBLE = "<|channel|>commentary<|message|>I look.<|end|><|start|>assistant";
const ENDS: readonly string[] = [
  "<|channel|>final<|message|>Yes.<|return|>",
  '<|channel|>commentary to=functions.x <|constrain|>json<|message|>{ "a" : 1.0 }<|call|>',
  ' to=functions.x<|channel|>commentary json<|message|>{"a":1}<|call|>',
  "<|channel|>commentary to=functions.x <|constrain|>json<|message|><|call|>",
  '<|channel|>commentary to=functions.apply_patch <|constrain|>json<|message|>{"input":"*** Begin"}<|call|>',
  "<|channel|>commentary to=functions.apply_patch code<|message|>*** Begin Patch<|call|>",
  '<|channel|>commentary to=crm.find <|constrain|>json<|message|>{"a":1}<|call|>',
  '<|channel|>commentary to=functions.tool_search <|constrain|>json<|message|>{"query": "q"}<|call|>',
  '<|channel|>analysis to=browser.open code<|message|>{"id": 3, "cursor": 1}<|call|>',
  "<|channel|>analysis to=python code<|message|>print(1)<|call|>",
  '<|channel|>commentary to=functions.unheard_of <|constrain|>json<|message|>{"a":1}<|call|>',
  "<|channel|>analysis to=functions.x code<|message|>{}<|call|>",
];

describe("output that is sent back makes a prompt that begins with what the model has seen and written", () => {
  test.each(ENDS.flatMap((end) => [end, THOUGHT + end, THOUGHT + PREAMBLE + end]))("%s", (text) => {
    const request = requestOf(START);
    const tokens = encoding.encode(text, { allowedSpecial: "all" });
    const followUp = requestOf(next(START, answer(request, tokens)));
    // After an answer, a session leaves out the thoughts before it: only then does the prompt not go on.
    const isAnswer = text.endsWith("<|return|>");
    const said = [...promptOf(request), ...tokens];
    const carried = followUp.history.filter((step) => step.tokens !== undefined);
    expect(carried.map((step) => step.tokens)).toEqual([tokens]);
    const prompt = promptOf(followUp);
    if (isAnswer && text.startsWith(THOUGHT)) expect(prompt).not.toEqual(said);
    else expect(prompt.slice(0, said.length - 1)).toEqual(said.slice(0, -1));
  });

  test("over several rounds", () => {
    let input: object[] = START;
    for (const end of ENDS.slice(1)) {
      const request = requestOf(input);
      const prompt = promptOf(request);
      const tokens = encoding.encode(THOUGHT + end, { allowedSpecial: "all" });
      input = next(input, answer(request, tokens)).slice(0, -1);
      const longer = promptOf(requestOf(input));
      expect(longer.slice(0, prompt.length + tokens.length)).toEqual([...prompt, ...tokens]);
    }
  });
});

describe("output without tokens is the same conversation", () => {
  test.each(ENDS.flatMap((end) => [end, THOUGHT + PREAMBLE + end]))("%s", (text) => {
    const request = requestOf(START);
    const tokens = encoding.encode(text, { allowedSpecial: "all" });
    const items = next(START, answer(request, tokens));
    const withTokens = requestOf(items);
    const without = requestOf(items.filter((item) => !("encrypted_content" in item)));
    expect(without.history.flatMap(({ messages }) => messages)).toEqual(
      withTokens.history.flatMap(({ messages }) => messages),
    );
    expect(without.history).toHaveLength(1);
  });

  test("a canonical completion has the same tokens either way", () => {
    const text = `${THOUGHT}${PREAMBLE} to=functions.x<|channel|>commentary <|constrain|>json<|message|>{"a":1}<|call|>`;
    const request = requestOf(START);
    const tokens = encoding.encode(text, { allowedSpecial: "all" });
    const items = next(START, answer(request, tokens));
    const without = items.filter((item) => !("encrypted_content" in item));
    expect(promptOf(requestOf(without))).toEqual(promptOf(requestOf(items)));
  });
});

describe("malformed completions", () => {
  test.each(CASES)("$number: $output", ({ output: text }) => {
    const request = requestOf(START);
    const tokens = encoding.encode(text, { allowedSpecial: "all" });
    const items = next(START, answer(request, tokens));
    // Whatever it was, it can be sent back, and renders.
    expect(() => promptOf(requestOf(items))).not.toThrow();
    expect(() => promptOf(requestOf(items.filter((item) => !("encrypted_content" in item))))).not.toThrow();
  });
});

const word = fc.constantFrom("Hm", " yes", "<|end|>", "<|start|>", "assistant", "<|channel|>", "final", "analysis");
const more = fc.constantFrom(
  "commentary",
  "<|message|>",
  " to=functions.x",
  "<|call|>",
  '{"a":1}',
  " <|constrain|>json",
);
testProperty(
  "whatever a model writes can be sent back",
  [fc.array(fc.oneof(word, more), { maxLength: 20 })],
  (words) => {
    const request = requestOf(START);
    const tokens = encoding.encode(words.join(""), { allowedSpecial: "all" });
    promptOf(requestOf(next(START, answer(request, tokens))));
  },
  { runs: 1_000 },
);
