import { describe, expect, test } from "vitest";
import { EngineError } from "../../src/engines/engine-error.js";
import { unpackTokens } from "../../src/shapes/carried-tokens.js";
import { HarmonyReply, type ReplyRunOptions } from "../../src/shapes/harmony-reply.js";
import type { ReplyEvent } from "../../src/shapes/reply.js";
import { constraintOf, type HarmonyRequest } from "../../src/shapes/request.js";
import { ToolNames } from "../../src/shapes/tool-names.js";
import { encoding, scriptedEngine, tokensOf } from "./scripted-engine.js";

const SCHEMA = { type: "object", properties: { a: { type: "number" } }, required: ["a"], additionalProperties: false };

function requestOf(more: Partial<HarmonyRequest> = {}, strict = false): HarmonyRequest {
  const toolNames = new ToolNames();
  const parametersPath = "tools[0].function.parameters";
  toolNames.declare({ type: "function", name: "f", description: "", parameters: SCHEMA, strict, parametersPath });
  toolNames.declare({ type: "function", name: "g", description: "", parameters: SCHEMA });
  return {
    history: [{ messages: [{ role: "user", content: "Q" }] }],
    toolNames,
    toolChoice: "auto",
    parallelToolCalls: false,
    stop: [],
    sampling: { temperature: 0.5 },
    maxTokens: 99,
    warnings: [],
    ...more,
  };
}

async function run(reply: HarmonyReply): Promise<ReplyEvent[]> {
  const events: ReplyEvent[] = [];
  for await (const event of reply) events.push(event);
  return events;
}

function textsOf(events: readonly ReplyEvent[]): string[] {
  return events.flatMap((event) => (event.type === "part-end" ? [`${event.part.type}: ${event.text}`] : []));
}

const CALL = "<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|>";
const ANSWER = "<|channel|>analysis<|message|>T<|end|><|start|>assistant<|channel|>final<|message|>A<|return|>";

test("a reply is what the engine wrote to the request's prompt", async () => {
  const engine = scriptedEngine([
    [
      { tokens: tokensOf(ANSWER) },
      { finish: "stop", usage: { promptTokens: 50, cachedTokens: 40, completionTokens: 9 } },
    ],
  ]);
  const request = requestOf();
  const reply = new HarmonyReply(request, { engine, encoding });
  expect(reply.finish).toBeUndefined();
  expect(reply.carriedTokens).toBeUndefined();
  expect(textsOf(await run(reply))).toEqual(["reasoning: T", "answer: A"]);
  expect(reply.finish).toBe("stop");
  expect(reply.usage).toEqual({ promptTokens: 50, cachedTokens: 40, completionTokens: 9, analysisTokens: 5 });
  expect(unpackTokens(reply.carriedTokens)).toEqual(tokensOf(ANSWER));
  expect(engine.requests[0]).toMatchObject({ maxTokens: 99, sampling: { temperature: 0.5 }, constraint: undefined });
  expect(engine.requests[0]!.tokens).toEqual(
    encoding.renderConversationForCompletion({ messages: request.history[0]!.messages }, "assistant"),
  );
});

describe("one call", () => {
  test("ends the reply, and what the engine has counted is known", async () => {
    const engine = scriptedEngine([
      [...tokensOf(CALL).map((token) => ({ tokens: [token] })), { finish: "stop", usage: { cachedTokens: 7 } }],
    ]);
    const reply = new HarmonyReply(requestOf(), { engine, encoding });
    expect(textsOf(await run(reply))).toEqual(["call: {}"]);
    expect(reply.finish).toBe("tool-calls");
    expect(reply.usage.cachedTokens).toBe(7);
    expect(engine.stopped).toBe(0);
  });

  test("stops an engine that goes on; its tokens end with the call", async () => {
    const engine = scriptedEngine([`${CALL}<|start|>assistant${CALL}`]);
    const reply = new HarmonyReply(requestOf(), { engine, encoding });
    expect(textsOf(await run(reply))).toEqual(["call: {}"]);
    expect(reply.finish).toBe("tool-calls");
    expect(engine.stopped).toBe(1);
    expect(unpackTokens(reply.carriedTokens)).toEqual(tokensOf(CALL));
  });

  test("is not the last where the client takes several", async () => {
    const engine = scriptedEngine([`${CALL}<|start|>assistant${CALL}`]);
    const reply = new HarmonyReply(requestOf({ parallelToolCalls: true }), { engine, encoding });
    expect(textsOf(await run(reply))).toEqual(["call: {}", "call: {}"]);
    expect(unpackTokens(reply.carriedTokens)).toEqual(tokensOf(`${CALL}<|start|>assistant${CALL}`));
  });
});

test("a stop string ends the reply and stops the engine", async () => {
  const engine = scriptedEngine([`${ANSWER.replace("A<|return|>", "A STOP and more and more")}`]);
  const reply = new HarmonyReply(requestOf({ stop: ["STOP"] }), { engine, encoding });
  expect(textsOf(await run(reply))).toEqual(["reasoning: T", "answer: A "]);
  expect(reply).toMatchObject({ finish: "stop", stoppedBy: "STOP", carriedTokens: undefined });
  expect(engine.stopped).toBe(1);
});

test("a message can be continued", async () => {
  const engine = scriptedEngine([" world<|return|>"]);
  const reply = new HarmonyReply(requestOf({ prefill: { channel: "final", content: "Hello" } }), { engine, encoding });
  expect(textsOf(await run(reply))).toEqual(["answer:  world"]);
  expect(encoding.decode(engine.requests[0]!.tokens)).toMatch(
    /<\|start\|>assistant<\|channel\|>final<\|message\|>Hello$/,
  );
  expect(reply.carriedTokens).toBeUndefined();
});

describe("why a reply has ended", () => {
  test.each([
    ["stop", ANSWER, "stop"],
    ["eos", CALL, "tool-calls"],
    ["length", CALL, "tool-calls"],
    ["length", ANSWER, "length"],
    ["limit", "<|channel|>analysis<|message|>T", "length"],
    ["content_filter", ANSWER, "content-filter"],
    ["abort", ANSWER, "error"],
    ["toString", ANSWER, "error"],
  ])("%s", async (finish, written, expected) => {
    const engine = scriptedEngine([[{ tokens: tokensOf(written) }, { finish }]]);
    const reply = new HarmonyReply(requestOf(), { engine, encoding });
    await run(reply);
    expect(reply.finish).toBe(expected);
  });
});

test("an engine of text gives a reply whose tokens are not known", async () => {
  const engine = scriptedEngine([[{ text: ANSWER }, { finish: "stop" }]]);
  const reply = new HarmonyReply(requestOf(), { engine, encoding });
  expect(textsOf(await run(reply))).toEqual(["reasoning: T", "answer: A"]);
  expect(reply.carriedTokens).toBeUndefined();
  expect(reply.usage.analysisTokens).toBeGreaterThan(0);
});

test("what came before an error is kept", async () => {
  const error = new EngineError("interrupted", "gone", { engine: "scripted" });
  const engine = scriptedEngine([]);
  engine.generate = async function* () {
    yield { tokens: tokensOf("<|channel|>final<|message|>A") };
    throw error;
  };
  const reply = new HarmonyReply(requestOf(), { engine, encoding });
  const events: ReplyEvent[] = [];
  await expect(
    (async () => {
      for await (const event of reply) events.push(event);
    })(),
  ).rejects.toBe(error);
  expect(events.map((event) => (event.type === "part-delta" ? event.text : event.type))).toEqual(["part-start", "A"]);
  expect(reply.finish).toBeUndefined();
  expect(reply.carriedTokens).toBeUndefined();
});

describe("what the engine is held to", () => {
  const format = { schema: SCHEMA, strict: true, path: "response_format.json_schema.schema" };
  const bad = { ...SCHEMA, properties: { a: { type: "strange" } } };

  test.each([
    ["nothing", {}, false, false],
    ["a strict tool", {}, true, true],
    ["a call of any tool", { toolChoice: "required" }, false, true],
    ["a call of one tool", { toolChoice: { name: "functions.f" } }, false, true],
    ["no call", { toolChoice: "none" }, false, true],
    ["some of the tools", { allowedTools: ["functions.g"] }, false, true],
    ["a form of the answer", { responseFormat: format }, false, true],
    ["a form that is only asked for", { responseFormat: { ...format, strict: false } }, false, false],
    ["no call where there are no tools", { toolNames: new ToolNames(), toolChoice: "none" }, false, false],
  ] as [string, Partial<HarmonyRequest>, boolean, boolean][])("%s", async (_, more, strict, isHeld) => {
    const engine = scriptedEngine([ANSWER], { constraints: "gbnf" });
    const request = requestOf(more, strict);
    await run(new HarmonyReply(request, { engine, encoding }));
    expect(engine.requests[0]!.constraint !== undefined).toBe(isHeld);

    // Without a grammar, it is an error, or a warning where the program says so.
    const lame = (unsupported: ReplyRunOptions["unsupported"]): HarmonyReply =>
      new HarmonyReply(request, { engine: scriptedEngine([ANSWER]), encoding, unsupported });
    if (!isHeld) expect(lame("error").warnings).toEqual([]);
    else
      expect(() => lame("error")).toThrowError(
        expect.objectContaining({ name: "ApiError", code: "unsupported_value" }),
      );
    expect(lame("drop").warnings).toHaveLength(isHeld ? 1 : 0);
  });

  test("only the allowed tools can be called", () => {
    const grammar = constraintOf(requestOf({ allowedTools: ["functions.g"] }))!.gbnf.text;
    expect(grammar).toContain("functions.g");
    expect(grammar).not.toContain("functions.f");
  });

  test.each([
    ["a tool", { toolNames: badTools() }, "tools[0].function.parameters.properties.a.type"],
    [
      "an answer",
      { responseFormat: { ...format, schema: bad } },
      "response_format.json_schema.schema.properties.a.type",
    ],
    ["a tool that is not there", { toolChoice: { name: "h" } }, "tool_choice"],
    ["tools none of which is allowed", { toolChoice: "required", allowedTools: [] }, "tool_choice"],
  ] as [string, Partial<HarmonyRequest>, string][])(
    "what it cannot be held to, for %s, is an error with its place",
    (_, more, param) => {
      const engine = scriptedEngine([], { constraints: "gbnf" });
      const make = (unsupported: "error" | "drop"): HarmonyReply =>
        new HarmonyReply(requestOf(more), { engine, encoding, unsupported });
      expect(() => make("error")).toThrowError(expect.objectContaining({ name: "ApiError", param, status: 400 }));
      expect(make("drop").warnings).toEqual([{ param, message: expect.any(String) }]);
    },
  );

  function badTools(): ToolNames {
    const names = new ToolNames();
    const parametersPath = "tools[0].function.parameters";
    names.declare({ type: "function", name: "f", description: "", parameters: bad, strict: true, parametersPath });
    return names;
  }

  test("a message that is continued is held to nothing", () => {
    const engine = scriptedEngine([], { constraints: "gbnf" });
    const request = requestOf({ prefill: { channel: "final", content: "{" }, responseFormat: format });
    expect(() => new HarmonyReply(request, { engine, encoding })).toThrowError(
      expect.objectContaining({ param: "response_format.json_schema.schema" }),
    );
    expect(new HarmonyReply(request, { engine, encoding, unsupported: "drop" }).warnings).toHaveLength(1);
  });
});

test("a signal stops the reply with its reason", async () => {
  const controller = new AbortController();
  const engine = scriptedEngine([ANSWER]);
  const reply = new HarmonyReply(requestOf(), { engine, encoding, signal: controller.signal });
  const reason = new Error("enough");
  await expect(
    (async () => {
      for await (const _ of reply) controller.abort(reason);
    })(),
  ).rejects.toBe(reason);
});
