import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EngineError } from "../../../src/engines/engine-error.js";
import { ApiError, type ReplyEvent, type ReplyPart, ResponseWriter } from "../../../src/responses.js";
import { CASES, CASES_WITHOUT_MARKERS } from "../../parse/malformed-outputs.js";
import { testProperty } from "../../property.js";
import { accumulate } from "./accumulate.js";
import { REQUEST, replyEvents, steadyOptions, USAGE, written } from "./written.js";

const THOUGHT = "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant";
const PREAMBLE = "<|channel|>commentary<|message|>I look.<|end|><|start|>assistant";
const ANSWER = "<|channel|>final<|message|>It is 【6†L9-L11】 so.<|return|>";
const call = (recipient: string, text: string): string =>
  `<|channel|>commentary to=${recipient} <|constrain|>json<|message|>${text}<|call|>`;

/** The types of events, with the item that each is about. */
function order(output: string): string[] {
  return written(replyEvents([output])).sent.map(({ type, ...event }) => {
    const index = "output_index" in event ? ` ${event.output_index}` : "";
    return type.slice("response.".length) + index;
  });
}

describe("the events come in the published order", () => {
  test("a thought, a preamble and a call", () => {
    expect(order(`${THOUGHT}${PREAMBLE}${call("functions.x", '{"a":1}')}`)).toEqual([
      "created",
      "in_progress",
      "output_item.added 0",
      "content_part.added 0",
      "reasoning_text.delta 0",
      "reasoning_text.done 0",
      "content_part.done 0",
      "output_item.done 0",
      "output_item.added 1",
      "content_part.added 1",
      "output_text.delta 1",
      "output_text.done 1",
      "content_part.done 1",
      "output_item.done 1",
      "output_item.added 2",
      "function_call_arguments.delta 2",
      "function_call_arguments.done 2",
      "output_item.done 2",
      "completed",
    ]);
  });

  test("a thought where a summary is looked for", () => {
    const { sent, response } = written(replyEvents([THOUGHT, ANSWER]), {}, REQUEST, {
      ...steadyOptions(),
      thoughts: "summary",
    });
    expect(sent.slice(3, 7).map(({ type }) => type)).toEqual([
      "response.reasoning_summary_part.added",
      "response.reasoning_summary_text.delta",
      "response.reasoning_summary_text.done",
      "response.reasoning_summary_part.done",
    ]);
    expect(response.output[0]).toMatchObject({ summary: [{ type: "summary_text", text: "Hm." }], content: [] });
    expect(accumulate(sent)).toEqual(response);
  });

  test("calls of the other kinds", () => {
    expect(order(call("functions.apply_patch", "*** Begin Patch"))).toEqual([
      "created",
      "in_progress",
      "output_item.added 0",
      "custom_tool_call_input.delta 0",
      "custom_tool_call_input.done 0",
      "output_item.done 0",
      "completed",
    ]);
    expect(order("<|channel|>analysis to=python code<|message|>1+1<|call|>")).toEqual([
      "created",
      "in_progress",
      "output_item.added 0",
      "code_interpreter_call.in_progress 0",
      "code_interpreter_call_code.delta 0",
      "code_interpreter_call_code.done 0",
      "code_interpreter_call.interpreting 0",
      "code_interpreter_call.completed 0",
      "output_item.done 0",
      "completed",
    ]);
    expect(order('<|channel|>analysis to=browser.search code<|message|>{"query":"q"}<|call|>')).toEqual([
      "created",
      "in_progress",
      "output_item.added 0",
      "web_search_call.in_progress 0",
      "web_search_call.searching 0",
      "web_search_call.completed 0",
      "output_item.done 0",
      "completed",
    ]);
    expect(order(call("functions.tool_search", '{"query":"q"}'))).toEqual([
      "created",
      "in_progress",
      "output_item.added 0",
      "output_item.done 0",
      "completed",
    ]);
  });
});

describe("what the model writes becomes items", () => {
  const outputOf = (...pieces: string[]): unknown[] => written(replyEvents(pieces)).response.output;

  test("messages by their phase, thoughts in full", () => {
    expect(outputOf(THOUGHT, PREAMBLE, ANSWER)).toEqual([
      {
        type: "reasoning",
        id: "rs_1",
        status: "completed",
        summary: [],
        content: [{ type: "reasoning_text", text: "Hm." }],
      },
      {
        type: "message",
        id: "msg_2",
        status: "completed",
        role: "assistant",
        phase: "commentary",
        content: [{ type: "output_text", text: "I look.", annotations: [], logprobs: [] }],
      },
      {
        type: "message",
        id: "msg_3",
        status: "completed",
        role: "assistant",
        phase: "final_answer",
        content: [{ type: "output_text", text: "It is 【6†L9-L11】 so.", annotations: [], logprobs: [] }],
      },
    ]);
  });

  test("calls by the kind of their tool", () => {
    expect(outputOf(call("functions.x", ""))).toMatchObject([
      { type: "function_call", id: "fc_1", call_id: "call_1", name: "x", arguments: "{}", status: "completed" },
    ]);
    expect(outputOf(call("crm.find", '{"a":1}'))).toMatchObject([
      { type: "function_call", name: "find", namespace: "crm", arguments: '{"a":1}' },
    ]);
    expect(outputOf(call("functions.apply_patch", '{"input":"*** Begin"}'))).toMatchObject([
      { type: "custom_tool_call", id: "ctc_1", call_id: "call_1", name: "apply_patch", input: "*** Begin" },
    ]);
    expect(outputOf("<|channel|>analysis to=python code<|message|>1+1<|call|>")).toEqual([
      {
        type: "code_interpreter_call",
        id: "ci_1",
        status: "completed",
        code: "1+1",
        container_id: "python",
        outputs: null,
      },
    ]);
    expect(outputOf(call("functions.tool_search", '{"query":"q"}'))).toEqual([
      {
        type: "tool_search_call",
        id: "tsc_1",
        call_id: "call_1",
        status: "completed",
        execution: "client",
        arguments: { query: "q" },
      },
    ]);
  });

  test.each([
    ["search", '{"query":"q","topn":3}', { type: "search", query: "q", queries: ["q"] }],
    ["search", "nonsense", { type: "search", query: "", queries: [] }],
    ["open", '{"id":"https://a.org","loc":7}', { type: "open_page", url: "https://a.org" }],
    ["open", '{"id":3,"cursor":1}', { type: "open_page", url: null }],
    ["find", '{"pattern":"p","cursor":1}', { type: "find_in_page", pattern: "p", url: "" }],
    ["find", "null", { type: "find_in_page", pattern: "", url: "" }],
  ])("a call of browser.%s with %s, whose arguments are kept", (name, text, action) => {
    expect(outputOf(`<|channel|>analysis to=browser.${name} code<|message|>${text}<|call|>`)).toEqual([
      { type: "web_search_call", id: "ws_1", status: "completed", action, arguments: text },
    ]);
  });

  test.each([
    ["functions.x", "incomplete"],
    ["functions.apply_patch", "incomplete"],
    ["python", "incomplete"],
    ["browser.search", "failed"],
    ["functions.tool_search", "incomplete"],
  ])("a call of %s that is cut off is %s", (recipient, status) => {
    const events = replyEvents([`<|channel|>commentary to=${recipient}<|message|>{"a`], REQUEST, {}, "length");
    const { sent, response } = written(events, { finish: "length" });
    expect(response.output).toMatchObject([{ status }]);
    expect(accumulate(sent)).toEqual(response);
    expect(sent.some(({ type }) => type.endsWith("_call.completed"))).toBe(false);
  });

  test("arguments that are not JSON stay as they are", () => {
    expect(outputOf(call("functions.tool_search", "all of them"))).toMatchObject([{ arguments: "all of them" }]);
    expect(outputOf(call("functions.unheard_of", "{a"))).toMatchObject([{ name: "unheard_of", arguments: "{a" }]);
  });
});

describe("citations", () => {
  const options = {
    ...steadyOptions(),
    citation: ({ cursor, lines }: { cursor: number; lines: string }) =>
      cursor === 6 ? { url: `https://a.org/#${lines}`, title: "A" } : undefined,
  };

  test("become annotations where their page is known, however the text is cut", () => {
    const text = "<|channel|>final<|message|>See 【6†L9-L11】 and 【7†L1】.<|return|>";
    for (const pieces of [[text], [...text]]) {
      const { sent, response } = written(replyEvents(pieces), {}, REQUEST, { ...options, ...steadyOptions() });
      const annotation = {
        type: "url_citation",
        url: "https://a.org/#L9-L11",
        title: "A",
        start_index: 4,
        end_index: 14,
      };
      expect(response.output_text.slice(4, 14)).toBe("【6†L9-L11】");
      expect(response.output).toMatchObject([{ content: [{ annotations: [annotation] }] }]);
      expect(accumulate(sent)).toEqual(response);
      const deltas = sent.flatMap((event) => (event.type === "response.output_text.delta" ? [event.delta] : []));
      expect(deltas.some((delta) => delta.includes("【6†L9-L11】"))).toBe(true);
    }
  });

  test("are text like any other without a resolver", () => {
    const { sent } = written(replyEvents([ANSWER]));
    expect(sent.some(({ type }) => type === "response.output_text.annotation.added")).toBe(false);
  });
});

describe("how a response ends", () => {
  const half = "<|channel|>final<|message|>It";

  test("complete, with what it took", () => {
    const { response } = written(replyEvents([ANSWER]));
    expect(response).toMatchObject({
      status: "completed",
      error: null,
      incomplete_details: null,
      output_text: "It is 【6†L9-L11】 so.",
      usage: {
        input_tokens: 100,
        input_tokens_details: { cached_tokens: 64, cache_write_tokens: 0 },
        output_tokens: 20,
        output_tokens_details: { reasoning_tokens: 7 },
        total_tokens: 120,
      },
    });
    expect(response.completed_at).toBeGreaterThan(1e9);
  });

  test.each([
    ["length", "incomplete", { reason: "max_output_tokens" }],
    ["content-filter", "incomplete", { reason: "content_filter" }],
    [undefined, "incomplete", {}],
    ["error", "failed", null],
  ] as const)("cut off: %s", (finish, status, incomplete_details) => {
    const { sent, response } = written(replyEvents([half], REQUEST, {}, "length"), { finish });
    expect(response).toMatchObject({ status, incomplete_details, completed_at: null });
    expect(response.output).toMatchObject([{ status: "incomplete", content: [{ text: "It" }] }]);
    expect(accumulate(sent)).toEqual(response);
  });

  test.each([
    [new EngineError("interrupted", "it broke off", { engine: "e" }), "server_error", "e: it broke off"],
    [new EngineError("refused", "later", { engine: "e", status: 429 }), "rate_limit_exceeded", "e: later"],
    [new ApiError("no", { param: "tools" }), "invalid_prompt", "no"],
    ["a string", "server_error", "a string"],
  ])("failed in the middle of an item: %s", (error, code, message) => {
    const writer = new ResponseWriter(REQUEST, steadyOptions());
    const events = replyEvents([half], REQUEST, {}, "length").filter(({ type }) => type !== "part-end");
    const sent = events.flatMap((event) => writer.write(event));
    expect(writer.response).toMatchObject({
      status: "in_progress",
      output: [{ status: "in_progress", content: [{ text: "It" }] }],
      output_text: "It",
    });
    sent.push(...writer.fail(error, { usage: USAGE }));
    expect(writer.response).toMatchObject({ status: "failed", error: { code, message }, usage: { total_tokens: 120 } });
    expect(writer.response.output).toMatchObject([{ status: "incomplete", content: [{ text: "It" }] }]);
    expect(accumulate(sent)).toEqual(writer.response);
    expect(writer.end({ finish: "stop", usage: USAGE, carriedTokens: undefined })).toEqual([]);
    expect(events.flatMap((event) => writer.write(event))).toEqual([]);
    expect(writer.fail(error)).toEqual([]);
  });

  test("failed before anything came", () => {
    const writer = new ResponseWriter(REQUEST, steadyOptions());
    const types = writer.fail(new Error("no server")).map(({ type }) => type);
    expect(types).toEqual(["response.created", "response.in_progress", "response.failed"]);
    expect(writer.response.usage).toBeUndefined();
  });

  test("the tokens come in an item of their own, if they are asked for and known", () => {
    const events = replyEvents([ANSWER]);
    const { sent, response } = written(events, { carriedTokens: "harmony1.AQ" });
    expect(response.output.at(-1)).toEqual({
      type: "reasoning",
      id: "rs_2",
      status: "completed",
      summary: [],
      content: [],
      encrypted_content: "harmony1.AQ",
    });
    expect(accumulate(sent)).toEqual(response);
    expect(written(events).response.output).toHaveLength(1);
    const request = { ...REQUEST, includesTokens: false };
    expect(written(events, { carriedTokens: "harmony1.AQ" }, request).response.output).toHaveLength(1);
  });
});

test("a response repeats the settings of its request, and what was sent stays as it was", () => {
  const { sent, response } = written(replyEvents([ANSWER]));
  expect(response).toMatchObject({ ...REQUEST.settings, id: "resp_1", object: "response", created_at: 1 });
  const [created] = sent;
  expect(created).toMatchObject({ response: { status: "in_progress", output: [], output_text: "" } });
});

test("options that do not exist, or are not what they must be, are refused", () => {
  // @ts-expect-error There is no such option.
  expect(() => new ResponseWriter(REQUEST, { ids: 1 })).toThrow('ResponseWriter: unknown option "ids"');
  // @ts-expect-error An id is a string.
  expect(() => new ResponseWriter(REQUEST, { id: 1 })).toThrow("id must be a string");
  expect(() => new ResponseWriter(REQUEST, { createdAt: Number.NaN })).toThrow("createdAt must be a number");
  // @ts-expect-error There are two places.
  expect(() => new ResponseWriter(REQUEST, { thoughts: "both" })).toThrow('thoughts must be "content" or "summary"');
  // @ts-expect-error A resolver is a function.
  expect(() => new ResponseWriter(REQUEST, { citation: {} })).toThrow("citation must be a function");
});

describe("the events add up to the response", () => {
  test.each([...CASES, ...CASES_WITHOUT_MARKERS])("of the malformed output $number: $output", (malformed) => {
    const { output, options, reason } = malformed;
    const recovery = { tools: REQUEST.toolNames.recipients, ...options };
    const responses = [[output], [...output]].map((pieces) => {
      const events = replyEvents(pieces, REQUEST, recovery, reason);
      const { sent, response } = written(events, { carriedTokens: "harmony1.AQ" });
      expect(accumulate(sent)).toEqual(response);
      const said = events.flatMap((event) => (event.type === "part-end" ? [event.part.type] : []));
      expect(response.output).toHaveLength(said.length + 1);
      return { ...response, completed_at: 0 };
    });
    expect(responses[0]).toEqual(responses[1]);
  });

  const TOOLS = [...REQUEST.toolNames.recipients, "functions.unheard_of", "browser.zoom"];
  const part = fc.record({
    type: fc.constantFrom("reasoning", "preamble", "answer", "call"),
    recipient: fc.constantFrom(...TOOLS),
    deltas: fc.array(fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom("【6†L9】", '{"query":', '"q"}', "\ud83d"))),
    isComplete: fc.boolean(),
    isClosed: fc.boolean(),
  });
  const finish = fc.constantFrom("stop", "tool-calls", "length", "content-filter", "error", undefined);
  testProperty(
    "of any events",
    [fc.array(part, { maxLength: 6 }), finish, fc.boolean(), fc.constantFrom("content", "summary")],
    (parts, end, hasTokens, thoughts) => {
      const events = parts.flatMap(({ type, recipient, deltas, isComplete, isClosed }, index): ReplyEvent[] => {
        const called = { tool: REQUEST.toolNames.called(recipient), callId: `call_${index}` };
        const replyPart = { type, index, ...(type === "call" ? called : {}) } as ReplyPart;
        const text = deltas.join("");
        const closing: ReplyEvent[] = isClosed ? [{ type: "part-end", part: replyPart, text, isComplete }] : [];
        return [
          { type: "part-start", part: replyPart },
          ...deltas.map((delta): ReplyEvent => ({ type: "part-delta", part: replyPart, text: delta })),
          ...closing,
        ];
      });
      const { sent, response } = written(
        events,
        { finish: end, carriedTokens: hasTokens ? "harmony1.AQ" : undefined },
        REQUEST,
        { ...steadyOptions(), thoughts, citation: ({ cursor }) => ({ url: `https://a.org/${cursor}` }) },
      );
      expect(accumulate(sent)).toEqual(response);
      expect(JSON.parse(JSON.stringify(sent))).toEqual(sent);
      const texts = response.output.flatMap((item) => {
        if (item.type === "reasoning") return [...item.summary, ...item.content].map(({ text }) => text);
        if (item.type === "message") return item.content.map(({ text }) => text);
        if (item.type === "tool_search_call") return [];
        return item.type === "custom_tool_call" ? item.input : "code" in item ? item.code : item.arguments;
      });
      const isShown = ({ type, recipient }: (typeof parts)[number]): boolean =>
        type !== "call" || recipient !== REQUEST.toolSearch;
      expect(texts).toEqual(parts.filter(isShown).map(({ deltas }) => deltas.join("")));
    },
    { runs: 5_000 },
  );
});
