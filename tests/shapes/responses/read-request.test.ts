import { describe, expect, test } from "vitest";
import type { MessageLike } from "../../../src/chat/message.js";
import {
  ApiError,
  type ReadResponseOptions,
  type ResponseRequest,
  readResponseRequest,
} from "../../../src/responses.js";
import { packTokens } from "../../../src/shapes/carried-tokens.js";
import { FOR_UNKNOWN_MODEL, WITH_ADDITIONAL_TOOLS, WITH_PATCHES } from "./codex-requests.js";

const FUNCTION = { type: "function", name: "x", parameters: { type: "object", properties: {} } };

function read(fields: object, options?: ReadResponseOptions): ResponseRequest {
  return readResponseRequest({ model: "m", ...fields }, options);
}

/** The conversation without the system message, as `role or tool>recipient channel type| content`. */
function told(request: ResponseRequest): string[] {
  const messages = request.history.flatMap((step) => step.messages).slice(1);
  return messages.map((message: MessageLike) => {
    const { role, name, recipient, channel, content_type, content } = message;
    const developer = typeof content === "string" ? undefined : (content[0] as { instructions?: string });
    const to = recipient === undefined ? "" : `>${recipient}`;
    const text = developer === undefined ? content : (developer.instructions ?? "");
    return `${name ?? role}${to} ${[channel, content_type].filter(Boolean).join(" ")}| ${text as string}`;
  });
}

const inputOf = (...input: unknown[]): string[] => told(read({ input }, { builtInTools: ["browser", "python"] }));

/** The path and the message of the error that a request is refused with. */
function refused(fields: object, options?: ReadResponseOptions): [string | null, string] {
  try {
    read({ input: "Hello", ...fields }, options);
  } catch (error) {
    if (error instanceof ApiError) return [error.param, error.message];
    throw error;
  }
  throw new Error("the request was not refused");
}

describe("messages", () => {
  test("a string is what the user says; instructions come first", () => {
    expect(told(read({ input: "Hello", instructions: "Be brief." }))).toEqual([
      "developer | Be brief.",
      "user | Hello",
    ]);
  });

  test("with and without their type, with a string or with parts", () => {
    expect(
      inputOf(
        { role: "system", content: "A" },
        { type: "message", role: "developer", content: [{ type: "input_text", text: "B" }] },
        {
          role: "user",
          content: [
            { type: "input_text", text: "C" },
            { type: "input_text", text: "D\n" },
            { type: "input_text", text: "E" },
          ],
        },
        { role: "assistant", content: "F" },
        { role: "developer", content: "G" },
      ),
    ).toEqual(["developer | A\n\nB", "user | C\nD\nE", "assistant final| F", "developer | G"]);
  });

  test("of the assistant by their phase; without one, what comes before a call is a preamble", () => {
    const said = (text: string, phase?: string | null): object => ({ role: "assistant", content: text, phase });
    const call = { type: "function_call", call_id: "c", name: "x", arguments: "{}" };
    expect(inputOf(said("A", "commentary"), said("B", "final_answer"))).toEqual([
      "assistant commentary| A",
      "assistant final| B",
    ]);
    expect(inputOf(said("A"), call, said("B", null))).toEqual([
      "assistant commentary| A",
      "assistant>functions.x commentary <|constrain|>json| {}",
      "assistant final| B",
    ]);
  });

  test("of the assistant in the parts that responses have", () => {
    const content = [
      { type: "output_text", text: "A", annotations: [] },
      { type: "refusal", refusal: "B" },
    ];
    expect(inputOf({ type: "message", id: "msg_1", role: "assistant", status: "completed", content })).toEqual([
      "assistant final| AB",
    ]);
  });
});

describe("thoughts", () => {
  const CALL = { type: "function_call", call_id: "c", name: "x", arguments: "{}" };

  test("their content, or else their summary", () => {
    const content = [{ type: "reasoning_text", text: "A" }];
    const summary = [{ type: "summary_text", text: "S" }];
    expect(inputOf({ type: "reasoning", id: "r", summary, content })).toEqual(["assistant analysis| A"]);
    expect(inputOf({ type: "reasoning", id: "r", summary })).toEqual(["assistant analysis| S"]);
    expect(inputOf({ type: "reasoning", id: "r", summary: [], encrypted_content: "gAAAAA" })).toEqual([]);
  });

  test("tokens belong to all that stands before them since the last turn", () => {
    const tokens = (...ids: number[]): object => ({
      type: "reasoning",
      id: "r",
      summary: [],
      encrypted_content: packTokens(ids),
    });
    const output = { type: "function_call_output", call_id: "c", output: "R" };
    const { history } = read({
      input: ["Q", CALL, tokens(1, 2), output, { role: "assistant", content: "A" }, tokens(3), "Q"].map((item) =>
        typeof item === "string" ? { role: "user", content: item } : item,
      ),
    });
    expect(history.map((step) => [step.messages.length, step.tokens])).toEqual([
      [2, undefined],
      [1, [1, 2]],
      [1, undefined],
      [1, [3]],
      [1, undefined],
    ]);
  });

  test("tokens beside a text belong to the turn that the text is in", () => {
    const thought = (text: string, ...ids: number[]): object => ({
      type: "reasoning",
      id: "r",
      summary: [],
      content: [{ type: "reasoning_text", text }],
      encrypted_content: packTokens(ids),
    });
    const { history } = read({ input: [thought("A", 1), CALL, thought("B", 2), { role: "assistant", content: "C" }] });
    expect(history.map((step) => [step.messages.length, step.tokens])).toEqual([
      [1, undefined],
      [2, [1]],
      [2, [2]],
    ]);
  });

  test("tokens of nothing are nothing", () => {
    const item = { type: "reasoning", id: "r", summary: [], encrypted_content: packTokens([1]) };
    expect(read({ input: [item] }).history).toHaveLength(1);
  });
});

describe("calls and their results", () => {
  const CALLED = "assistant>functions.x commentary <|constrain|>json| {}";

  test("several in one turn, with results in any order", () => {
    const call = (id: string): object => ({
      type: "function_call",
      call_id: id,
      name: "x",
      arguments: `{"id":"${id}"}`,
    });
    const output = (id: string): object => ({ type: "function_call_output", call_id: id, output: id });
    expect(inputOf(call("a"), call("b"), output("b"), output("a"))).toEqual([
      'assistant>functions.x commentary <|constrain|>json| {"id":"a"}',
      'assistant>functions.x commentary <|constrain|>json| {"id":"b"}',
      "functions.x>assistant commentary| a",
      "functions.x>assistant commentary| b",
    ]);
  });

  test("of a namespace, and with a result in parts", () => {
    const call = { type: "function_call", call_id: "c", name: "find", namespace: "crm", arguments: "{}" };
    const output = [{ type: "input_text", text: "A" }];
    expect(inputOf(call, { type: "function_call_output", call_id: "c", output })).toEqual([
      "assistant>crm.find commentary <|constrain|>json| {}",
      "crm.find>assistant commentary| A",
    ]);
  });

  test("of a custom tool", () => {
    const tools = [{ type: "custom", name: "apply_patch" }];
    const input = [
      { type: "custom_tool_call", call_id: "c", name: "apply_patch", input: "*** Begin" },
      { type: "custom_tool_call_output", call_id: "c", output: "Done!" },
    ];
    expect(told(read({ input, tools })).slice(1)).toEqual([
      "assistant>functions.apply_patch commentary| *** Begin",
      "functions.apply_patch>assistant commentary| Done!",
    ]);
  });

  test.each([
    ["search", { action: { type: "search", query: "q", queries: ["q"] } }, '{"query":"q"}'],
    ["search", { action: { type: "search", queries: ["q", "r"] } }, '{"query":"q"}'],
    ["search", { action: { type: "search" } }, '{"query":""}'],
    ["open", { action: { type: "open_page", url: "https://a.org" } }, '{"id":"https://a.org"}'],
    ["open", { action: { type: "open_page", url: null } }, "{}"],
    ["find", { action: { type: "find_in_page", pattern: "p", url: "u" } }, '{"pattern":"p"}'],
    ["open", { action: { type: "open_page", url: null }, arguments: '{"id":3}' }, '{"id":3}'],
  ])("of browser.%s: %j", (name, fields, text) => {
    const call = { type: "web_search_call", id: "ws_1", status: "completed", ...fields };
    expect(inputOf(call, { type: "function_call_output", call_id: "ws_1", output: "R" })).toEqual([
      `assistant>browser.${name} analysis code| ${text}`,
      `browser.${name}>assistant analysis| R`,
    ]);
  });

  test("of Python, with its outputs or with a result of its own", () => {
    const call = { type: "code_interpreter_call", id: "ci_1", code: "1+1", container_id: "c", status: "completed" };
    const outputs = [{ type: "logs", logs: "2" }];
    const expected = ["assistant>python analysis code| 1+1", "python>assistant analysis| 2"];
    expect(inputOf({ ...call, outputs })).toEqual(expected);
    expect(inputOf({ ...call, outputs: null }, { type: "function_call_output", call_id: "ci_1", output: "2" })).toEqual(
      expected,
    );
  });

  test("of the search among tools, which then are declared", () => {
    const tools = [{ type: "tool_search", execution: "client", description: "Finds tools.", parameters: {} }];
    const found = { type: "namespace", name: "crm", description: "", tools: [{ type: "function", name: "find" }] };
    const input = [
      { type: "tool_search_call", call_id: "c", execution: "client", arguments: { query: "q" }, status: "completed" },
      { type: "tool_search_output", call_id: "c", execution: "client", status: "completed", tools: [found, FUNCTION] },
      { type: "tool_search_output", call_id: "d", tools: [found] },
      { type: "tool_search_call", call_id: "d", execution: "client", arguments: "x", status: "completed" },
    ];
    const request = read({ input, tools });
    expect(told(request).slice(1)).toEqual([
      'assistant>functions.tool_search commentary <|constrain|>json| {"query":"q"}',
      'functions.tool_search>assistant commentary| ["crm.find","functions.x"]',
      "assistant>functions.tool_search commentary <|constrain|>json| x",
      'functions.tool_search>assistant commentary| ["crm.find"]',
    ]);
    expect(request.toolNames.recipients).toEqual(["functions.tool_search", "crm.find", "functions.x"]);
    expect(request.toolSearch).toBe("functions.tool_search");
  });

  test("of the tools that OpenAI's models have built in", () => {
    expect(
      inputOf(
        {
          type: "local_shell_call",
          id: "l",
          call_id: "a",
          status: "completed",
          action: { type: "exec", command: ["ls"] },
        },
        { type: "local_shell_call_output", id: "a", output: "A" },
        { type: "shell_call", call_id: "b", action: { commands: ["ls"] } },
        {
          type: "shell_call_output",
          call_id: "b",
          output: [{ stdout: "B", stderr: "", outcome: { type: "exit", exit_code: 0 } }],
        },
        { type: "apply_patch_call", call_id: "c", status: "completed", operation: { type: "delete_file", path: "p" } },
        { type: "apply_patch_call_output", call_id: "c", status: "failed" },
      ),
    ).toEqual([
      'assistant>functions.local_shell commentary <|constrain|>json| {"type":"exec","command":["ls"]}',
      "functions.local_shell>assistant commentary| A",
      'assistant>functions.shell commentary <|constrain|>json| {"commands":["ls"]}',
      'functions.shell>assistant commentary| [{"stdout":"B","stderr":"","outcome":{"type":"exit","exit_code":0}}]',
      'assistant>functions.apply_patch commentary <|constrain|>json| {"type":"delete_file","path":"p"}',
      "functions.apply_patch>assistant commentary| failed",
    ]);
  });

  test("items that are only named, and those of a previous response", () => {
    const call = { type: "function_call", id: "fc_1", call_id: "c", name: "x", arguments: "{}" };
    const store = { resolveItem: (id: string) => (id === "fc_1" ? call : undefined) };
    const output = { type: "function_call_output", call_id: "c", output: "R" };
    const expected = [CALLED, "functions.x>assistant commentary| R"];
    expect(told(read({ input: [{ type: "item_reference", id: "fc_1" }, output] }, store))).toEqual(expected);
    expect(told(read({ input: [{ id: "fc_1" }, output] }, store))).toEqual(expected);
    const resolvePrevious = (id: string): object[] | undefined => (id === "resp_1" ? [call] : undefined);
    const request = read({ previous_response_id: "resp_1", input: [output] }, { resolvePrevious });
    expect(told(request)).toEqual(expected);
    expect(request.items).toEqual([call, output]);
    expect(request.settings.previous_response_id).toBe("resp_1");
    expect(told(read({ previous_response_id: "resp_1" }, { resolvePrevious }))).toEqual([CALLED]);
    expect(refused({ previous_response_id: "resp_2" }, { resolvePrevious })[0]).toBe("previous_response_id");
  });
});

describe("tools", () => {
  test("by their kinds and namespaces", () => {
    const request = read(
      {
        input: "Hello",
        tools: [
          { ...FUNCTION, description: "Does x.", strict: true },
          { type: "custom", name: "patch", format: { type: "grammar", syntax: "lark", definition: "start: X" } },
          {
            type: "namespace",
            name: "crm",
            description: "Customers.",
            tools: [FUNCTION, { type: "custom", name: "query", format: { type: "text" } }],
          },
          { type: "web_search" },
          { type: "code_interpreter", container: { type: "auto" } },
        ],
      },
      { builtInTools: ["browser", "python"] },
    );
    expect(request.toolNames.recipients).toEqual([
      "browser.search",
      "browser.open",
      "browser.find",
      "python",
      "functions.x",
      "functions.patch",
      "crm.x",
      "crm.query",
    ]);
    expect(request.toolNames.isStrict).toBe(true);
    expect(request.toolNames.named("x", "crm")).toMatchObject({ namespace: "crm", recipient: "crm.x" });
    const [functions, crm] = request.toolNames.namespaces;
    expect(functions?.tools[1]?.description).toContain("start: X");
    expect(crm).toMatchObject({ name: "crm", description: "Customers." });
  });

  test.each([
    ["none", "none"],
    ["required", "required"],
    [null, "auto"],
    [{ type: "function", name: "x" }, { name: "functions.x" }],
    [{ type: "custom", name: "patch" }, { name: "functions.patch" }],
    [{ type: "web_search_preview" }, { name: "browser.search" }],
  ])("the choice %j", (tool_choice, toolChoice) => {
    const tools = [FUNCTION, { type: "custom", name: "patch" }, { type: "web_search_preview" }];
    const request = read({ input: "Hello", tools, tool_choice }, { builtInTools: ["browser"] });
    expect(request).toMatchObject({ toolChoice });
    expect(request.allowedTools).toBeUndefined();
  });

  test("are repeated by the response as they have an effect", () => {
    const tools = [{ type: "function", name: "x" }, { type: "web_search" }, { type: "custom", name: "patch" }];
    const tool_choice = { type: "mcp", server_label: "s" };
    const { settings } = read({ input: "Hello", tools, tool_choice }, { unsupported: "drop" });
    expect(settings.tools).toEqual([{ type: "function", name: "x", parameters: null, strict: false }, tools[2]]);
    expect(settings.tool_choice).toBe("auto");
    expect(read({ input: "Hello", tools: [tools[0]], tool_choice: "required" }).settings.tool_choice).toBe("required");
  });

  test("some of the tools are allowed", () => {
    const tools = [FUNCTION, { ...FUNCTION, name: "y" }];
    const choice = (...names: string[]): object => ({
      type: "allowed_tools",
      mode: "required",
      tools: names.map((name) => ({ type: "function", name })),
    });
    const some = read({ input: "Hello", tools, tool_choice: choice("y") });
    expect(some).toMatchObject({ toolChoice: "required", allowedTools: ["functions.y"] });
    const all = read({ input: "Hello", tools, tool_choice: choice("y", "x") });
    expect(all.toolChoice).toBe("required");
    expect(all.allowedTools).toBeUndefined();
  });
});

test("settings of the request reach the model, the engine and the response", () => {
  const format = { type: "json_schema", name: "list", schema: { type: "array" }, strict: true, description: "A list." };
  const request = read({
    input: "Hello",
    instructions: "Be brief.",
    max_output_tokens: 100,
    metadata: { a: "b" },
    parallel_tool_calls: false,
    prompt_cache_key: "k",
    reasoning: { effort: "xhigh", summary: "auto" },
    safety_identifier: "s",
    stream: true,
    temperature: 0.5,
    text: { format, verbosity: "medium" },
    top_p: 0.9,
    top_k: 40,
    stop: ["X"],
    truncation: "disabled",
    user: "u",
    store: true,
    service_tier: "auto",
    background: false,
    include: ["reasoning.encrypted_content"],
  });
  expect(request).toMatchObject({
    model: "m",
    stream: true,
    includesTokens: true,
    maxTokens: 100,
    parallelToolCalls: false,
    responseFormat: { schema: { type: "array" }, strict: true, path: "text.format.schema" },
    stop: ["X"],
    sampling: { temperature: 0.5, topP: 0.9, topK: 40 },
    warnings: [],
  });
  expect(request.settings).toEqual({
    background: false,
    instructions: "Be brief.",
    max_output_tokens: 100,
    max_tool_calls: null,
    metadata: { a: "b" },
    model: "m",
    parallel_tool_calls: false,
    previous_response_id: null,
    prompt_cache_key: "k",
    reasoning: { effort: "xhigh", summary: "auto" },
    safety_identifier: "s",
    service_tier: null,
    temperature: 0.5,
    text: { format, verbosity: "medium" },
    tool_choice: "auto",
    tools: [],
    top_logprobs: 0,
    top_p: 0.9,
    truncation: "disabled",
    user: "u",
  });
  const [system, developer] = request.history.flatMap(({ messages }) => messages);
  expect(JSON.stringify(system)).toContain('"reasoning_effort":"High"');
  expect(JSON.stringify(developer)).toContain("## list");
});

describe("what is refused, with its path", () => {
  test.each<[string, object]>([
    ["model", { model: undefined }],
    ["model", { model: " " }],
    ["input", { input: undefined }],
    ["input", { input: 5 }],
    ["input[0]", { input: [5] }],
    ["input[0].role", { input: [{ role: "critic", content: "A" }] }],
    ["input[0].role", { input: [{ type: "message", content: "A" }] }],
    ["input[0].content", { input: [{ role: "user" }] }],
    ["input[0].content", { input: [{ role: "user", content: 5 }] }],
    [
      "input[0].content[1].text",
      { input: [{ role: "user", content: [{ type: "input_text", text: "" }, { type: "input_text" }] }] },
    ],
    ["input[0].content[0].type", { input: [{ role: "user", content: [{}] }] }],
    ["input[0].phase", { input: [{ role: "assistant", content: "A", phase: "x" }] }],
    ["input[0].call_id", { input: [{ type: "function_call", name: "x", arguments: "" }] }],
    ["input[0].arguments", { input: [{ type: "function_call", name: "x", call_id: "c", arguments: {} }] }],
    ["input[0]", { input: [{ type: "function_call_output", call_id: "c", output: "" }] }],
    ["input[0].output", { input: [{ type: "function_call_output", call_id: "c" }] }],
    ["input[0].action", { input: [{ type: "web_search_call", id: "w" }] }],
    ["input[0].action.type", { input: [{ type: "web_search_call", id: "w", action: { type: "x" } }] }],
    ["input[0].operation", { input: [{ type: "apply_patch_call", call_id: "c" }] }],
    ["input[0].id", { input: [{ type: "item_reference", id: "i" }] }],
    ["input[0].id", { input: [{}] }],
    ["previous_response_id", { previous_response_id: "r" }],
    ["tools[0].type", { tools: [{}] }],
    ["tools[0].name", { tools: [{ type: "function" }] }],
    ["tools[0].parameters", { tools: [{ type: "function", name: "x", parameters: 5 }] }],
    ["tools[1].name", { tools: [FUNCTION, FUNCTION] }],
    ["tools[0].format.definition", { tools: [{ type: "custom", name: "x", format: { type: "grammar" } }] }],
    ["tools[0].tools[0].name", { tools: [{ type: "namespace", name: "n", tools: [{ type: "function" }] }] }],
    [
      "tools[0].tools[0].type",
      { tools: [{ type: "namespace", name: "n", tools: [{ type: "namespace", name: "m" }] }] },
    ],
    ["tool_choice", { tool_choice: "any" }],
    ["tool_choice", { tool_choice: "required" }],
    ["tool_choice.name", { tool_choice: { type: "function", name: "x" } }],
    ["tool_choice.tools[0].name", { tool_choice: { type: "allowed_tools", tools: [{ type: "function", name: "x" }] } }],
    ["tool_choice.tools", { tool_choice: { type: "allowed_tools" } }],
    ["text.format.type", { text: { format: {} } }],
    ["text.format.name", { text: { format: { type: "json_schema", schema: {}, name: "a b" } } }],
    ["text.format.schema", { text: { format: { type: "json_schema", name: "a" } } }],
    ["reasoning.effort", { reasoning: { effort: "huge" } }],
    ["reasoning.summary", { reasoning: { summary: "long" } }],
    ["max_output_tokens", { max_output_tokens: 0 }],
    ["max_output_tokens", { max_output_tokens: 1.5 }],
    ["temperature", { temperature: 3 }],
    ["top_p", { top_p: "1" }],
    ["metadata.a", { metadata: { a: 5 } }],
    ["include[0]", { include: ["everything"] }],
    ["stop", { stop: [""] }],
    ["stream", { stream: "yes" }],
  ])("malformed: %s in %j", (path, fields) => {
    for (const unsupported of ["error", "drop"] as const) {
      const [param, message] = refused(fields, { unsupported });
      expect(param).toBe(path);
      expect(message).toMatch(/\S+ \S+/);
    }
  });

  test.each<[string, object]>([
    ["background", { background: true }],
    ["conversation", { conversation: "conv_1" }],
    ["context_management", { context_management: [{ type: "compaction" }] }],
    ["max_tool_calls", { max_tool_calls: 3 }],
    ["moderation", { moderation: {} }],
    ["prompt", { prompt: { id: "p" } }],
    ["top_logprobs", { top_logprobs: 5 }],
    ["truncation", { truncation: "auto" }],
    ["n", { n: 2 }],
    ["include[0]", { include: ["message.output_text.logprobs"] }],
    ["reasoning.mode", { reasoning: { mode: "pro" } }],
    ["text.verbosity", { text: { verbosity: "low" } }],
    ["input[0].content[0].type", { input: [{ role: "user", content: [{ type: "input_image", image_url: "u" }] }] }],
    ["input[0].type", { input: [{ type: "image_generation_call", id: "i" }] }],
    ["input[0].type", { input: [{ type: "compaction", encrypted_content: "x" }] }],
    ["tools[0].type", { tools: [{ type: "web_search" }] }],
    ["tools[0].type", { tools: [{ type: "code_interpreter", container: "c" }] }],
    ["tools[0].type", { tools: [{ type: "mcp", server_label: "s" }] }],
    ["tools[0].type", { tools: [{ type: "image_generation" }] }],
    ["tools[0].type", { tools: [{ type: "local_shell" }] }],
    ["tools[0].execution", { tools: [{ type: "tool_search" }] }],
    ["tool_choice.type", { tool_choice: { type: "mcp", server_label: "s" } }],
  ])("not supported: %s in %j, unless it is to be dropped", (path, fields) => {
    expect(refused(fields)[0]).toBe(path);
    const { warnings, settings } = read({ input: "Hello", ...fields }, { unsupported: "drop" });
    expect(warnings).toMatchObject([{ param: path }]);
    expect(settings.tools).toEqual([]);
  });

  test("options that do not exist, or are not what they must be", () => {
    // @ts-expect-error There is no such option.
    expect(() => read({ input: "A" }, { unsupportd: "drop" })).toThrow('unknown option "unsupportd"');
    // @ts-expect-error A resolver is a function.
    expect(() => read({ input: "A" }, { resolveItem: {} })).toThrow("resolveItem must be a function");
  });
});

describe("requests of Codex", () => {
  const drop = { unsupported: "drop" } as const;

  test("for a model that it does not know", () => {
    const request = readResponseRequest(FOR_UNKNOWN_MODEL, drop);
    expect(request.warnings).toMatchObject([{ param: "tools[3].type" }]);
    expect(request).toMatchObject({ stream: true, includesTokens: true, parallelToolCalls: true });
    expect(told(request)).toEqual([
      "developer | You are a coding agent.\n\n<skills_instructions>…</skills_instructions>\n<permissions instructions>…</permissions>",
      "user | <environment_context>…</environment_context>",
      "user | list the files",
      "assistant analysis| think",
      "assistant commentary| I'll look.",
      'assistant>multi_agent_v1.wait_agent commentary <|constrain|>json| {"targets":["x"]}',
      "multi_agent_v1.wait_agent>assistant commentary| invalid agent id x",
    ]);
  });

  test("with patches and a search among tools", () => {
    const request = readResponseRequest(WITH_PATCHES, drop);
    expect(request.warnings.map(({ param }) => param)).toEqual(["tools[3].type", "text.verbosity"]);
    expect(request.toolNames.recipients).toEqual([
      "functions.exec_command",
      "functions.apply_patch",
      "functions.tool_search",
    ]);
    expect(told(request).slice(-2)).toEqual([
      "assistant>functions.apply_patch commentary| *** Begin Patch\n*** Add File: a.txt\n+hi\n*** End Patch",
      "functions.apply_patch>assistant commentary| Exit code: 0\nOutput:\nSuccess.",
    ]);
  });

  test("with tools among the items", () => {
    const request = readResponseRequest(WITH_ADDITIONAL_TOOLS, drop);
    expect(request.warnings.map(({ param }) => param)).toEqual(["text.verbosity"]);
    expect(request.toolNames.recipients).toEqual(["functions.exec", "functions.wait", "clock.sleep"]);
    expect(told(request).slice(-2)).toEqual([
      'assistant>functions.exec commentary| text("hi")',
      "functions.exec>assistant commentary| Script completed\nOutput:\nhi",
    ]);
  });
});
