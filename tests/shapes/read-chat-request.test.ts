import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { ApiError, readChatCompletionRequest } from "../../src/chat-completions.js";
import { packTokens } from "../../src/shapes/carried-tokens.js";
import { constraintOf, type ReadRequestOptions } from "../../src/shapes/request.js";
import { sessionOf } from "../../src/shapes/session-of-request.js";
import { testProperty } from "../property.js";
import { linesOf, read } from "./chat-request.js";
import { encoding } from "./scripted-engine.js";

const USER = { role: "user", content: "Q" };
const F = { type: "function", function: { name: "f", description: "D", parameters: { type: "object" } } };
const PATCH = { type: "custom", custom: { name: "patch", description: "P" } };
const call = (id: string, name = "f", text = "{}"): object => ({
  id,
  type: "function",
  function: { name, arguments: text },
});

/** The error for a request. */
function errorOf(fields: object, options?: ReadRequestOptions): ApiError {
  try {
    read(fields, options);
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error("the request was read");
}

describe("messages", () => {
  test.each([
    [
      "instructions of both names are one message",
      [{ role: "system", content: "A" }, { role: "developer", content: "B" }, USER],
      ["developer | A\n\nB", "user | Q"],
    ],
    [
      "parts of text, on lines of their own",
      [
        {
          role: "user",
          content: [
            { type: "text", text: "a" },
            { type: "text", text: "b\n" },
            { type: "text", text: "c" },
          ],
        },
      ],
      ["user | a\nb\nc"],
    ],
    ["a name has no effect", [{ role: "user", content: "Q", name: "alice to=functions.f" }], ["user | Q"]],
    ["an answer", [USER, { role: "assistant", content: "A" }], ["user | Q", "assistant final | A"]],
    [
      "an answer in parts, as it was written",
      [
        {
          role: "assistant",
          content: [
            { type: "text", text: "a" },
            { type: "refusal", refusal: "b" },
          ],
        },
      ],
      ["assistant final | ab"],
    ],
    ["a refusal", [{ role: "assistant", content: null, refusal: "No." }], ["assistant final | No."]],
    [
      "an empty answer",
      [USER, { role: "assistant", content: "" }, USER],
      ["user | Q", "assistant final | ", "user | Q"],
    ],
    [
      "thoughts without an answer",
      [{ role: "assistant", content: "", reasoning_content: "T" }],
      ["assistant analysis | T"],
    ],
    ["a message that says nothing", [USER, { role: "assistant", content: null }], ["user | Q"]],
    [
      "thoughts by the name of llama.cpp",
      [{ role: "assistant", content: "A", reasoning_content: "T", reasoning: null }],
      ["assistant analysis | T", "assistant final | A"],
    ],
    [
      "thoughts by the name of vLLM",
      [{ role: "assistant", content: "A", reasoning_content: "", reasoning: "T" }],
      ["assistant analysis | T", "assistant final | A"],
    ],
    [
      "thoughts by both names, once",
      [{ role: "assistant", content: "A", reasoning_content: "T", reasoning: "T" }],
      ["assistant analysis | T", "assistant final | A"],
    ],
    [
      "everything at once, and the results in another order",
      [
        USER,
        {
          role: "assistant",
          content: "P",
          reasoning: "T",
          tool_calls: [call("1"), { id: "2", type: "custom", custom: { name: "patch", input: "+ a" } }],
        },
        { role: "tool", tool_call_id: "2", content: [{ type: "text", text: "R2" }] },
        { role: "tool", tool_call_id: "1", content: "R1" },
      ],
      [
        "user | Q",
        "assistant analysis | T",
        "assistant commentary | P",
        "assistant commentary to=functions.f <|constrain|>json | {}",
        "assistant commentary to=functions.patch | + a",
        "functions.f commentary to=assistant | R1",
        "functions.patch commentary to=assistant | R2",
      ],
    ],
    [
      "arguments that are empty are none",
      [{ role: "assistant", content: null, tool_calls: [call("1", "f", " ")] }],
      ["assistant commentary to=functions.f <|constrain|>json | {}"],
    ],
    ["no calls", [{ role: "assistant", content: "A", tool_calls: [] }], ["assistant final | A"]],
    [
      "a result without content",
      [
        { role: "assistant", tool_calls: [call("1")] },
        { role: "tool", tool_call_id: "1" },
      ],
      ["assistant commentary to=functions.f <|constrain|>json | {}", "functions.f commentary to=assistant | "],
    ],
    [
      "calls of tools that the model was trained with",
      [{ role: "assistant", tool_calls: [call("1", "browser.search"), call("2", "python", "")] }],
      ["assistant analysis to=browser.search code | {}", "assistant analysis to=python code | "],
    ],
    [
      "a call whose type is not said",
      [
        {
          role: "assistant",
          tool_calls: [
            { id: "1", function: { name: "f", arguments: "{}" } },
            { id: "2", custom: { name: "patch", input: "x" } },
          ],
        },
      ],
      ["assistant commentary to=functions.f <|constrain|>json | {}", "assistant commentary to=functions.patch | x"],
    ],
    [
      "the function_call of old, and its results by name",
      [
        { role: "assistant", content: null, function_call: { name: "f", arguments: "1" } },
        { role: "function", name: "f", content: "R1" },
        { role: "assistant", content: null, function_call: { name: "f", arguments: "2" } },
        { role: "function", name: "f", content: null },
      ],
      [
        "assistant commentary to=functions.f <|constrain|>json | 1",
        "functions.f commentary to=assistant | R1",
        "assistant commentary to=functions.f <|constrain|>json | 2",
        "functions.f commentary to=assistant | ",
      ],
    ],
    [
      "fields that other servers have added to a message",
      [{ role: "assistant", content: "A", annotations: [], audio: null, parsed: {}, provider: 1 }],
      ["assistant final | A"],
    ],
  ])("%s", (_, messages, lines) => {
    expect(linesOf(messages, { tools: [F, PATCH] }).filter((line) => line !== "developer | ")).toEqual(lines);
  });

  test("the tokens of a message ride along", () => {
    const { history } = read({
      messages: [USER, { role: "assistant", content: "A", harmony_tokens: packTokens([1, 2]) }],
    });
    expect(history.at(-1)).toMatchObject({ tokens: [1, 2], messages: [{ channel: "final", content: "A" }] });
    const { history: other } = read({ messages: [USER, { role: "assistant", content: "A", harmony_tokens: "x" }] });
    expect(other).toHaveLength(1);
  });

  test("a message can be continued where the client says so", () => {
    const messages = [USER, { role: "assistant", content: "Hel", reasoning: "T" }];
    const request = read({ messages, continue_final_message: true, add_generation_prompt: false });
    expect(request.prefill).toEqual({ channel: "final", content: "Hel" });
    expect(linesOf(messages, { continue_final_message: true })).toEqual(["user | Q", "assistant analysis | T"]);
    expect(read({ messages }).prefill).toBeUndefined();
  });

  test.each([
    ["no messages", { messages: undefined }, "messages", "missing_required_parameter"],
    ["an empty list", { messages: [] }, "messages", "invalid_value"],
    ["what is not a list", { messages: { length: 1 } }, "messages", "invalid_value"],
    ["what is not a message", { messages: [USER, "Q"] }, "messages[1]", "invalid_value"],
    ["no role", { messages: [{ content: "Q" }] }, "messages[0].role", "missing_required_parameter"],
    [
      "a role that does not exist",
      { messages: [{ role: "toString", content: "Q" }] },
      "messages[0].role",
      "invalid_value",
    ],
    ["no content", { messages: [{ role: "user" }] }, "messages[0].content", "missing_required_parameter"],
    [
      "a content that is not text",
      { messages: [{ role: "user", content: 3 }] },
      "messages[0].content",
      "invalid_value",
    ],
    [
      "a part that is not an object",
      { messages: [{ role: "user", content: ["Q"] }] },
      "messages[0].content[0]",
      "invalid_value",
    ],
    [
      "a part without a type",
      { messages: [{ role: "user", content: [{ text: "Q" }] }] },
      "messages[0].content[0].type",
      "missing_required_parameter",
    ],
    [
      "a part without its text",
      { messages: [{ role: "user", content: [{ type: "text" }] }] },
      "messages[0].content[0].text",
      "missing_required_parameter",
    ],
    [
      "an image",
      {
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "" },
              { type: "image_url", image_url: { url: "x" } },
            ],
          },
        ],
      },
      "messages[0].content[1].type",
      "unsupported_value",
    ],
    [
      "audio",
      { messages: [{ role: "user", content: [{ type: "input_audio", input_audio: {} }] }] },
      "messages[0].content[0].type",
      "unsupported_value",
    ],
    [
      "a file",
      { messages: [{ role: "user", content: [{ type: "file", file: {} }] }] },
      "messages[0].content[0].type",
      "unsupported_value",
    ],
    [
      "a result without an id",
      { messages: [{ role: "tool", content: "R" }] },
      "messages[0].tool_call_id",
      "missing_required_parameter",
    ],
    [
      "a result without a call",
      { messages: [{ role: "tool", tool_call_id: "1", content: "R" }] },
      "messages[0].tool_call_id",
      "invalid_value",
    ],
    [
      "two results of one call",
      {
        messages: [
          { role: "assistant", tool_calls: [call("1")] },
          { role: "tool", tool_call_id: "1", content: "R" },
          { role: "tool", tool_call_id: "1", content: "R" },
        ],
      },
      "messages[2].tool_call_id",
      "invalid_value",
    ],
    [
      "two calls of one id",
      { messages: [{ role: "assistant", tool_calls: [call("1"), call("1")] }] },
      "messages[0].tool_calls[1]",
      "invalid_value",
    ],
    [
      "a call without an id",
      { messages: [{ role: "assistant", tool_calls: [{ type: "function", function: { name: "f", arguments: "" } }] }] },
      "messages[0].tool_calls[0].id",
      "missing_required_parameter",
    ],
    [
      "a call of another type",
      { messages: [{ role: "assistant", tool_calls: [{ id: "1", type: "mcp" }] }] },
      "messages[0].tool_calls[0].type",
      "invalid_value",
    ],
    [
      "a call of nothing",
      { messages: [{ role: "assistant", tool_calls: [{ id: "1" }] }] },
      "messages[0].tool_calls[0].function",
      "missing_required_parameter",
    ],
    [
      "a custom call of nothing",
      { messages: [{ role: "assistant", tool_calls: [{ id: "1", type: "custom", function: {} }] }] },
      "messages[0].tool_calls[0].custom",
      "missing_required_parameter",
    ],
    [
      "arguments as an object",
      {
        messages: [
          { role: "assistant", tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: {} } }] },
        ],
      },
      "messages[0].tool_calls[0].function.arguments",
      "invalid_value",
    ],
    [
      "a call without a name",
      { messages: [{ role: "assistant", tool_calls: [call("1", "")] }] },
      "messages[0].tool_calls[0].function.name",
      "invalid_value",
    ],
    [
      "a result of a function that was not called",
      { messages: [{ role: "function", name: "f", content: "R" }] },
      "messages[0].name",
      "invalid_value",
    ],
    [
      "thoughts that are not text",
      { messages: [{ role: "assistant", content: "A", reasoning: {} }] },
      "messages[0].reasoning",
      "invalid_value",
    ],
    [
      "tokens that are not text",
      { messages: [{ role: "assistant", content: "A", harmony_tokens: [1] }] },
      "messages[0].harmony_tokens",
      "invalid_value",
    ],
    [
      "nothing to continue",
      { messages: [USER], continue_final_message: true },
      "continue_final_message",
      "invalid_value",
    ],
    [
      "a call to continue",
      { messages: [{ role: "assistant", tool_calls: [call("1")] }], continue_final_message: true },
      "continue_final_message",
      "invalid_value",
    ],
  ])("an error: %s", (_, fields, param, code) => {
    expect(errorOf(fields)).toMatchObject({ status: 400, type: "invalid_request_error", param, code });
  });

  test("a part that is left out is a warning where the program says so", () => {
    const messages = [
      {
        role: "user",
        content: [
          { type: "text", text: "a" },
          { type: "image_url", image_url: {} },
          { type: "text", text: "b" },
        ],
      },
    ];
    expect(linesOf(messages, {}, { unsupported: "drop" })).toEqual(["user | a\nb"]);
    expect(read({ messages }, { unsupported: "drop" }).warnings).toEqual([
      { param: "messages[0].content[1].type", message: expect.stringContaining("image_url") },
    ]);
  });
});

describe("tools", () => {
  test("are declared by names that the model can call", () => {
    const { toolNames } = read({
      tools: [
        { type: "function", function: { name: "files.read", description: null, parameters: null, strict: null } },
        {
          type: "custom",
          custom: { name: "patch", format: { type: "grammar", grammar: { syntax: "lark", definition: "G" } } },
        },
        { type: "namespace", name: "mcp", description: "M", tools: [{ type: "function", function: { name: "read" } }] },
        { type: "namespace", namespace: { name: "crm", tools: [{ type: "custom", custom: { name: "ask" } }] } },
      ],
    });
    expect(toolNames.recipients).toEqual(["functions.files_read", "functions.patch", "mcp.read", "crm.ask"]);
    expect(toolNames.namespaces).toMatchObject([
      {
        name: "functions",
        tools: [{ description: "" }, { description: "Its input has to match this grammar (lark):\nG" }],
      },
      { name: "mcp", description: "M" },
      { name: "crm" },
    ]);
    expect(toolNames.isStrict).toBe(false);
    expect(read({ tools: [{ type: "function", function: { name: "f", strict: true } }] }).toolNames.isStrict).toBe(
      true,
    );
  });

  test("that the model was trained with are the program's to declare", () => {
    const request = read({ tools: [F] }, { builtInTools: ["python", "browser", "python"] });
    expect(request.toolNames.recipients).toEqual([
      "python",
      "browser.search",
      "browser.open",
      "browser.find",
      "functions.f",
    ]);
    expect(request.history[0]!.messages[0]!.content).toEqual([
      expect.objectContaining({ tools: { python: expect.anything(), browser: expect.anything() } }),
    ]);
    expect(
      read(
        { tools: [F], tool_choice: { type: "function", function: { name: "python" } } },
        { builtInTools: ["python"] },
      ).toolChoice,
    ).toEqual({ name: "python" });
  });

  test.each([
    ["auto", { tool_choice: "auto" }, "auto", undefined],
    ["none", { tool_choice: "none" }, "none", undefined],
    ["required", { tool_choice: "required" }, "required", undefined],
    ["nothing", { tool_choice: null }, "auto", undefined],
    ["a function", { tool_choice: { type: "function", function: { name: "f" } } }, { name: "functions.f" }, undefined],
    [
      "a custom tool",
      { tool_choice: { type: "custom", custom: { name: "patch" } } },
      { name: "functions.patch" },
      undefined,
    ],
    [
      "some of them",
      { tool_choice: { type: "allowed_tools", allowed_tools: { mode: "required", tools: [F] } } },
      "required",
      ["functions.f"],
    ],
    [
      "all of them",
      { tool_choice: { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [F, PATCH] } } },
      "auto",
      undefined,
    ],
  ])("a choice of %s", (_, fields, toolChoice, allowedTools) => {
    const request = read({ tools: [F, PATCH], ...fields });
    expect(request.toolChoice).toEqual(toolChoice);
    expect(request.allowedTools).toEqual(allowedTools);
    expect(() => constraintOf(request)).not.toThrow();
  });

  test("as functions, as before there were tools", () => {
    const functions = [{ name: "f", description: "D", parameters: { type: "object" } }];
    expect(read({ functions })).toMatchObject({ usesFunctions: true, parallelToolCalls: false, toolChoice: "auto" });
    expect(read({ functions, function_call: "none" }).toolChoice).toBe("none");
    expect(read({ functions, function_call: { name: "f" } }).toolChoice).toEqual({ name: "functions.f" });
    expect(read({ tools: [F] }).usesFunctions).toBe(false);
  });

  test("the client says whether it takes several calls", () => {
    expect(read({}).parallelToolCalls).toBe(true);
    expect(read({ parallel_tool_calls: false }).parallelToolCalls).toBe(false);
  });

  test.each([
    ["what is not a list", { tools: {} }, "tools"],
    ["what is not a tool", { tools: [null] }, "tools[0]"],
    ["no type", { tools: [{ name: "f" }] }, "tools[0].type"],
    ["a tool of another shape", { tools: [{ type: "function", name: "f" }] }, "tools[0].function"],
    ["a custom tool of another shape", { tools: [{ type: "custom", name: "f" }] }, "tools[0].custom"],
    ["a type that there is not", { tools: [{ type: "web_search" }] }, "tools[0].type"],
    ["no name", { tools: [{ type: "function", function: {} }] }, "tools[0].function.name"],
    ["an empty name", { tools: [{ type: "function", function: { name: " " } }] }, "tools[0].function.name"],
    ["a name twice", { tools: [F, F] }, "tools[1].function.name"],
    ["a name twice, as a tool and as a function", { tools: [F], functions: [{ name: "f" }] }, "functions[0].name"],
    [
      "parameters that are not a schema",
      { tools: [{ type: "function", function: { name: "f", parameters: [] } }] },
      "tools[0].function.parameters",
    ],
    [
      "strict that is not true or false",
      { tools: [{ type: "function", function: { name: "f", strict: 1 } }] },
      "tools[0].function.strict",
    ],
    [
      "a format that there is not",
      { tools: [{ type: "custom", custom: { name: "f", format: { type: "ebnf" } } }] },
      "tools[0].custom.format.type",
    ],
    [
      "a grammar without a definition",
      { tools: [{ type: "custom", custom: { name: "f", format: { type: "grammar", grammar: {} } } }] },
      "tools[0].custom.format.grammar.definition",
    ],
    [
      "a namespace in a namespace",
      { tools: [{ type: "namespace", name: "a", tools: [{ type: "namespace", name: "b" }] }] },
      "tools[0].tools[0].type",
    ],
    ["a choice that there is not", { tools: [F], tool_choice: "any" }, "tool_choice"],
    ["a choice without a type", { tools: [F], tool_choice: { function: { name: "f" } } }, "tool_choice.type"],
    [
      "a choice of a tool that is not declared",
      { tools: [F], tool_choice: { type: "function", function: { name: "g" } } },
      "tool_choice.function.name",
    ],
    [
      "a choice of a custom tool as a function",
      { tools: [PATCH], tool_choice: { type: "function", function: { name: "patch" } } },
      "tool_choice.function.name",
    ],
    ["a call required of no tool", { tool_choice: "required" }, "tool_choice"],
    [
      "no tool allowed",
      { tools: [F], tool_choice: { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [] } } },
      "tool_choice.allowed_tools.tools",
    ],
    [
      "a tool allowed that is not declared",
      { tools: [F], tool_choice: { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [PATCH] } } },
      "tool_choice.allowed_tools.tools[0].custom.name",
    ],
    [
      "a function chosen that is not declared",
      { functions: [{ name: "f" }], function_call: { name: "g" } },
      "function_call.name",
    ],
  ])("an error: %s", (_, fields, param) => {
    expect(errorOf(fields).param).toBe(param);
  });
});

describe("the form of the answer", () => {
  const schema = { type: "object", properties: { a: { type: "string" } } };
  const json_schema = { name: "shop", description: "D", schema, strict: true };

  test("stands in the developer message, and the model is held to it where it is strict", () => {
    const request = read({ response_format: { type: "json_schema", json_schema } });
    expect(request.responseFormat).toEqual({ schema, strict: true, path: "response_format.json_schema.schema" });
    expect(linesOf([USER], { response_format: { type: "json_schema", json_schema } })[0]).toBe(
      `developer | # Response Formats\n\n## shop\n\n// D\n${JSON.stringify(schema)}`,
    );
    expect(
      read({ response_format: { type: "json_schema", json_schema: { ...json_schema, strict: null } } }).responseFormat
        ?.strict,
    ).toBe(false);
  });

  test("any JSON", () => {
    const request = read({ response_format: { type: "json_object" } });
    expect(request.responseFormat).toEqual({ schema: { type: "object" }, strict: true, path: "response_format" });
    expect(constraintOf(request)).toBeDefined();
  });

  test("none", () => {
    expect(read({ response_format: { type: "text" } }).responseFormat).toBeUndefined();
    expect(read({ response_format: null }).responseFormat).toBeUndefined();
  });

  test.each([
    ["no type", {}, "response_format.type"],
    ["a type that there is not", { type: "grammar" }, "response_format.type"],
    ["no schema at all", { type: "json_schema" }, "response_format.json_schema"],
    ["no name", { type: "json_schema", json_schema: { schema } }, "response_format.json_schema.name"],
    [
      "a schema that is not an object",
      { type: "json_schema", json_schema: { name: "a", schema: true } },
      "response_format.json_schema.schema",
    ],
    ["what is not an object", "json", "response_format"],
  ])("an error: %s", (_, response_format, param) => {
    expect(errorOf({ response_format }).param).toBe(param);
  });
});

describe("settings", () => {
  test("of sampling, also those that only engines of open models have", () => {
    const { sampling } = read({
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      min_p: 0.05,
      seed: -7,
      frequency_penalty: 1,
      presence_penalty: -1,
      repetition_penalty: 1.1,
      logit_bias: { "200002": -100, "5": 1.5 },
    });
    expect(sampling).toEqual({
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      minP: 0.05,
      seed: -7,
      frequencyPenalty: 1,
      presencePenalty: -1,
      repetitionPenalty: 1.1,
      logitBias: { 200002: -100, 5: 1.5 },
    });
  });

  test.each([
    [{ max_tokens: 5 }, { maxTokens: 5 }],
    [{ max_tokens: 5, max_completion_tokens: 7 }, { maxTokens: 7 }],
    [{ max_tokens: null }, { maxTokens: undefined }],
    [{ stop: "a" }, { stop: ["a"] }],
    [{ stop: ["a", "b", "c", "d", "e"] }, { stop: ["a", "b", "c", "d", "e"] }],
    [{ stop: null }, { stop: [] }],
    [
      { stream: true, stream_options: { include_usage: true, include_obfuscation: false } },
      { stream: true, includeUsage: true },
    ],
    [
      { stream: null, stream_options: null },
      { stream: false, includeUsage: false },
    ],
    [{ n: 3 }, { n: 3 }],
    [{ n: null }, { n: 1 }],
    [{ model: "m" }, { model: "m", warnings: [] }],
  ])("%o", (fields, expected) => {
    expect(read(fields)).toMatchObject(expected);
  });

  test("reasoning effort stands in the system message", () => {
    const { history } = read({ reasoning_effort: "high" }, { conversationStartDate: "2026-11-21" });
    expect(history[0]!.messages[0]!.content).toEqual([
      expect.objectContaining({ reasoning_effort: "High", conversation_start_date: "2026-11-21" }),
    ]);
  });

  test("without effect, whatever they hold", () => {
    const without = {
      metadata: { a: "b" },
      user: "u",
      store: true,
      service_tier: "flex",
      safety_identifier: "s",
      prediction: {},
      prompt_cache_key: "k",
      prompt_cache_retention: "24h",
      prompt_cache_options: {},
      add_generation_prompt: true,
    };
    expect(read(without)).toEqual({ ...read({}), toolNames: expect.anything() });
  });

  test.each([
    ["no model", { model: undefined }, "model"],
    ["an empty model", { model: "" }, "model"],
    ["a temperature that is too high", { temperature: 2.1 }, "temperature"],
    ["a number as text", { temperature: "1" }, "temperature"],
    ["NaN", { top_p: Number.NaN }, "top_p"],
    ["half a token", { max_tokens: 1.5 }, "max_tokens"],
    ["no tokens", { max_completion_tokens: 0 }, "max_completion_tokens"],
    ["a wrong number that is not used", { max_tokens: -1, max_completion_tokens: 5 }, "max_tokens"],
    ["a seed beyond what numbers hold", { seed: 2 ** 60 }, "seed"],
    ["an empty stop string", { stop: [""] }, "stop"],
    ["a stop that is not text", { stop: 3 }, "stop"],
    ["a bias for what is not a token", { logit_bias: { the: 1 } }, "logit_bias"],
    ["a bias for a token that there is not", { logit_bias: { "201089": 1 } }, "logit_bias"],
    ["a bias that is too strong", { logit_bias: { "5": 101 } }, 'logit_bias["5"]'],
    ["a list of biases", { logit_bias: [1] }, "logit_bias"],
    ["no answers", { n: 0 }, "n"],
    ["too many answers", { n: 129 }, "n"],
    ["an effort that there is not", { reasoning_effort: "extreme" }, "reasoning_effort"],
    ["stream that is not true or false", { stream: "yes" }, "stream"],
    ["options of the stream that are none", { stream_options: [] }, "stream_options"],
    ["probabilities", { logprobs: true }, "logprobs"],
    ["probabilities of several", { top_logprobs: 2 }, "top_logprobs"],
    ["audio", { modalities: ["text", "audio"] }, "modalities[1]"],
    ["a voice", { audio: { voice: "alloy" } }, "audio"],
    ["a search of the web", { web_search_options: {} }, "web_search_options"],
    ["verbosity", { verbosity: "low" }, "verbosity"],
    ["moderation", { moderation: { model: "m" } }, "moderation"],
    ["a field that there is not", { max_token: 5 }, "max_token"],
    ["a field of another server", { guided_json: {} }, "guided_json"],
  ])("an error: %s", (_, fields, param) => {
    expect(errorOf(fields).param).toBe(param);
  });

  test.each([
    [{ logprobs: false }],
    [{ logprobs: null }],
    [{ top_logprobs: 0 }],
    [{ modalities: ["text"] }],
    [{ verbosity: "medium" }],
    [{ unknown: null }],
  ])("%o asks for nothing", (fields) => {
    expect(() => read(fields)).not.toThrow();
  });

  test("what there is not is left out, and named, where the program says so", () => {
    const fields = { logprobs: true, audio: {}, modalities: ["audio", "text"], max_token: 5, tools: [{ type: "mcp" }] };
    expect(read(fields, { unsupported: "drop" }).warnings.map(({ param }) => param)).toEqual([
      "logprobs",
      "audio",
      "modalities[0]",
      "max_token",
      "tools[0].type",
    ]);
  });
});

describe("the program's own mistakes are a TypeError", () => {
  test.each([
    [{ unsuported: "drop" }],
    [{ unsupported: "ignore" }],
    [{ conversationStartDate: new Date() }],
    [{ builtInTools: "python" }],
    [{ builtInTools: ["bash"] }],
  ])("%o", (options) => {
    expect(() => read({}, options as ReadRequestOptions)).toThrow(TypeError);
  });
});

describe("a body that is not what JSON gives", () => {
  test.each([[undefined], [null], ["{}"], [3], [[]], [new Map()], [() => {}]])("%o", (body) => {
    expect(() => readChatCompletionRequest(body)).toThrowError(
      expect.objectContaining({ name: "ApiError", param: null, message: expect.stringContaining("must be an object") }),
    );
  });

  test("what an object inherits is not sent", () => {
    const inherited: unknown = Object.create({ messages: [USER], model: "m" });
    expect(() => readChatCompletionRequest(inherited)).toThrowError(expect.objectContaining({ param: "model" }));
    const polluted: unknown = JSON.parse('{"role":"user","content":"Q","__proto__":{"role":"system","content":"S"}}');
    expect(linesOf([polluted])).toEqual(["user | Q"]);
    const unknown: unknown = JSON.parse('{"model":"m","messages":[{"role":"user","content":"Q"}],"__proto__":3}');
    expect(() => readChatCompletionRequest(unknown)).toThrowError(expect.objectContaining({ param: "__proto__" }));
  });

  test("a getter that throws is an error with its path", () => {
    const message = {
      role: "user",
      get content(): string {
        throw new Error("no");
      },
    };
    expect(errorOf({ messages: [message] })).toMatchObject({ param: "messages[0].content", cause: new Error("no") });
    const parameters = {
      get type(): string {
        throw new Error("no");
      },
    };
    expect(errorOf({ tools: [{ type: "function", function: { name: "f", parameters } }] }).param).toBe(
      "tools[0].function.parameters",
    );
  });

  test("a hundred thousand messages and tools", () => {
    const messages = Array.from({ length: 100_000 }, (_, index) => ({
      role: index % 2 === 0 ? "user" : "assistant",
      content: "x",
    }));
    const tools = Array.from({ length: 10_000 }, (_, index) => ({ type: "function", function: { name: `f${index}` } }));
    const start = performance.now();
    expect(read({ messages, tools }).history[0]!.messages).toHaveLength(100_002);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

/** Any JSON, with the names and words of a request in it. */
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      1,
      -1,
      1.5,
      1e300,
      "",
      "a",
      "<|end|>",
      "\ud800",
      "user",
      "assistant",
      "tool",
      "function",
      "custom",
      "text",
      "json_schema",
      "json_object",
      "allowed_tools",
      "auto",
      "required",
      "f",
      "1",
      packTokens([1, 2]),
      packTokens([200_006, 200_008]),
    ),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc
    .array(
      fc.tuple(
        fc.constantFrom(
          "role",
          "content",
          "type",
          "text",
          "name",
          "arguments",
          "input",
          "id",
          "tool_call_id",
          "tool_calls",
          "function",
          "custom",
          "function_call",
          "reasoning",
          "reasoning_content",
          "harmony_tokens",
          "refusal",
          "parameters",
          "strict",
          "format",
          "grammar",
          "schema",
          "json_schema",
          "allowed_tools",
          "tools",
          "mode",
          "namespace",
          "properties",
          "__proto__",
          "constructor",
        ),
        tie("value"),
      ),
      { maxLength: 5 },
    )
    .map((entries) => {
      const object: object = {};
      for (const [key, value] of entries) {
        Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
      }
      return object;
    }),
}));

const field = fc.oneof({ arbitrary: json.value, weight: 1 }, { arbitrary: fc.constant(undefined), weight: 20 });
const message = fc.oneof(
  { arbitrary: json.object, weight: 1 },
  {
    weight: 2,
    arbitrary: fc.record(
      {
        role: fc.constantFrom("user", "system", "assistant", "tool", "function"),
        content: json.value,
        tool_calls: json.value,
        tool_call_id: json.value,
        function_call: json.value,
        name: json.value,
        reasoning: json.value,
        harmony_tokens: json.value,
      },
      { requiredKeys: ["role"] },
    ),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      role: fc.constantFrom("user", "system", "assistant"),
      content: fc.string({ unit: "binary" }),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.constantFrom(
      { role: "assistant", content: "P", tool_calls: [call("1"), call("2", "a b\u2028<|end|>")] },
      { role: "tool", tool_call_id: "1", content: "R" },
      { role: "assistant", content: "A", harmony_tokens: packTokens([200_005, 17_196, 200_008, 32, 200_002]) },
    ),
  },
);
const tool = fc.oneof(
  { arbitrary: json.object, weight: 1 },
  fc.record({
    type: fc.constant("function"),
    function: fc.record({ name: fc.string({ unit: "binary", minLength: 1 }), parameters: json.object }),
  }),
  fc.constantFrom(F, PATCH),
);
const body = fc.record({
  messages: fc.oneof({ arbitrary: fc.array(message, { maxLength: 4 }), weight: 9 }, json.value),
  tools: fc.oneof(fc.constant(undefined), fc.array(tool, { maxLength: 3 }), json.value),
  tool_choice: field,
  functions: field,
  response_format: fc.oneof(
    field,
    fc.record({ type: fc.constant("json_schema"), json_schema: fc.record({ name: fc.string(), schema: json.object }) }),
  ),
  temperature: field,
  stop: field,
  logit_bias: field,
  n: field,
  stream_options: field,
  continue_final_message: fc.constantFrom(undefined, undefined, undefined, true),
});

/** How many of the requests were read: a property of errors alone would prove little. */
let accepted = 0;
afterAll(() => {
  expect(accepted).toBeGreaterThan(0);
});

testProperty(
  "whatever a client sends, it is an ApiError with a path, or a request that makes a prompt",
  [body, fc.constantFrom("error", "drop")],
  (body, unsupported) => {
    let request: ReturnType<typeof read>;
    try {
      request = read(body, { unsupported });
    } catch (error) {
      expect(error).toBeInstanceOf(ApiError);
      const { param, status } = error as ApiError;
      expect(status).toBe(400);
      expect(param).toMatch(/^\w/);
      return;
    }
    accepted += 1;
    const session = sessionOf(request, encoding);
    expect(
      session.prompt(request.prefill === undefined ? undefined : { prefill: request.prefill }).length,
    ).toBeGreaterThan(5);
    try {
      constraintOf(request);
    } catch (error) {
      expect(error).toBeInstanceOf(ApiError);
    }
  },
  { runs: 10_000 },
);
