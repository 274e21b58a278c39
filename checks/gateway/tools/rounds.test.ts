import type OpenAI from "openai";
import { describe, expect, test, vi } from "vitest";
import { memoryState } from "../../../gateway/dist/state/memory.js";
import { scriptedEngine } from "../scripted-engine.js";
import { answer, call, clientOf, promptsOf } from "./clients.js";

const model = "gpt-oss";
const CODE = { type: "code_interpreter", container: { type: "auto" } } as const;
const LOOK_UP = { type: "function", name: "look_up", parameters: { type: "object" }, strict: false } as const;
const LOOK_UP_IN_CHAT = { type: "function", function: { name: "look_up", parameters: { type: "object" } } } as const;

/** Python as far as these tests need it. */
function calculator() {
  const codes: string[] = [];
  const sessions: string[] = [];
  return {
    codes,
    sessions,
    run: async (code: string, { session }: { session: string }) => {
      codes.push(code);
      sessions.push(session);
      return code.includes("print") ? "42\n" : "";
    },
  };
}

/** A request of Chat Completions that asks for Python: a type of tool that OpenAI has in Responses only. */
function chatWithPython(fields: object = {}): OpenAI.ChatCompletionCreateParamsNonStreaming {
  const body = { model, messages: [{ role: "user", content: "6 * 7?" }], tools: [CODE], ...fields };
  return body as unknown as OpenAI.ChatCompletionCreateParamsNonStreaming;
}

async function eventsOf(stream: AsyncIterable<OpenAI.Responses.ResponseStreamEvent>) {
  const events: OpenAI.Responses.ResponseStreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe("Responses", () => {
  test("a call of Python is answered, and the model goes on from its own tokens", async () => {
    const python = calculator();
    const engine = scriptedEngine([call("python", "print(6 * 7)"), answer("It is 42.")]);
    const openai = clientOf(engine, { tools: { python } });
    const response = await openai.responses.create({ model, input: "6 * 7?", tools: [CODE] });
    expect(response.output_text).toBe("It is 42.");
    expect(response.status).toBe("completed");
    expect(response.output.map(({ type }) => type)).toEqual(["reasoning", "code_interpreter_call", "message"]);
    expect(python.codes).toEqual(["print(6 * 7)"]);
    const [first = "", second = ""] = promptsOf(engine);
    expect(second).toBe(
      `${first}${call("python", "print(6 * 7)")}<|start|>python to=assistant<|channel|>analysis<|message|>42\n<|end|><|start|>assistant`,
    );
  });

  test("usage is the sum of the rounds, and every event comes in order", async () => {
    const engine = scriptedEngine([call("python", "print(1)"), call("python", "x = 1"), answer("Done.")]);
    const openai = clientOf(engine, { tools: { python: calculator() } });
    const events = await eventsOf(await openai.responses.create({ model, input: "Go", tools: [CODE], stream: true }));
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
    const indices = events.flatMap((event) => (event.type === "response.output_item.added" ? event.output_index : []));
    expect(indices).toEqual([0, 1, 2, 3, 4]);
    const last = events.at(-1);
    if (last?.type !== "response.completed") throw new Error(`ended with ${last?.type}`);
    const prompts = engine.requests.map(({ tokens }) => tokens.length);
    expect(prompts).toHaveLength(3);
    expect(last.response.usage?.input_tokens).toBe(prompts.reduce((sum, length) => sum + length));
    expect(promptsOf(engine)[2]).toContain(
      "[WARN] No output available. Use print() to output anything to stdout to receive the output",
    );
  });

  test("the next turn leaves out past thoughts, and the calls on their channel", async () => {
    const python = calculator();
    const engine = scriptedEngine([call("python", "print(1)"), answer("One."), answer("Two.")]);
    const openai = clientOf(engine, { tools: { python } });
    const first = await openai.responses.create({ model, input: "Go", tools: [CODE] });
    await openai.responses.create({ model, input: "Again", tools: [CODE], previous_response_id: first.id });
    // Past thoughts are not shown again, and with them go the calls on their channel.
    const prompts = promptsOf(engine);
    expect(prompts[2]).toContain("<|channel|>final<|message|>One.<|end|>");
    expect(prompts[2]).toContain("<|start|>user<|message|>Again<|end|>");
  });

  test("a call of the client ends the reply; its result brings the hidden round back", async () => {
    const engine = scriptedEngine([
      call("python", "print(1)"),
      call("functions.look_up", "{}", "commentary"),
      answer("Found."),
    ]);
    const openai = clientOf(engine, { tools: { python: calculator() } });
    const tools = [CODE, LOOK_UP];
    const first = await openai.responses.create({ model, input: "Go", tools });
    const found = first.output.at(-1);
    if (found?.type !== "function_call") throw new Error(`ended with ${found?.type}`);
    const result = { type: "function_call_output", call_id: found.call_id, output: "here" } as const;
    const second = await openai.responses.create({ model, input: [result], tools, previous_response_id: first.id });
    expect(second.output_text).toBe("Found.");
    const prompts = promptsOf(engine);
    expect(prompts[2]).toBe(
      `${prompts[1]}${call("functions.look_up", "{}", "commentary")}<|start|>functions.look_up to=assistant<|channel|>commentary<|message|>here<|end|><|start|>assistant`,
    );
  });

  test("a client that sends the items back itself gets the same prompt", async () => {
    const engine = scriptedEngine([
      call("python", "print(1)"),
      call("functions.look_up", "{}", "commentary"),
      answer("Found."),
    ]);
    const openai = clientOf(engine, { tools: { python: calculator() } });
    const tools = [CODE, LOOK_UP];
    const include = ["reasoning.encrypted_content" as const];
    const first = await openai.responses.create({ model, input: "Go", tools, include, store: false });
    const found = first.output.find(({ type }) => type === "function_call");
    if (found?.type !== "function_call") throw new Error("no call");
    const result = { type: "function_call_output", call_id: found.call_id, output: "here" } as const;
    const input = [{ role: "user" as const, content: "Go" }, ...first.output, result];
    await openai.responses.create({
      model,
      input: input as OpenAI.Responses.ResponseInput,
      tools,
      include,
      store: false,
    });
    const prompts = promptsOf(engine);
    expect(prompts[2]?.startsWith(prompts[1] ?? "?")).toBe(true);
    expect(prompts[2]).toContain("<|message|>here<|end|><|start|>assistant");
  });

  test("Python keeps its session through a conversation, and no other has it", async () => {
    const python = calculator();
    const engine = scriptedEngine([call("python", "x = 1"), answer("One."), call("python", "x"), answer("Two.")]);
    const openai = clientOf(engine, { tools: { python } });
    const first = await openai.responses.create({ model, input: "Go", tools: [CODE] });
    await openai.responses.create({ model, input: "Again", tools: [CODE], previous_response_id: first.id });
    await openai.responses.create({ model, input: "Go", tools: [CODE] });
    expect(python.sessions[1]).toBe(python.sessions[0]);
    const other = calculator();
    const another = clientOf(scriptedEngine([call("python", "x"), answer("One.")]), { tools: { python: other } });
    await another.responses.create({ model, input: "Go", tools: [CODE] });
    expect(other.sessions[0]).not.toBe(python.sessions[0]);
  });

  test("without a runner, code_interpreter is refused", async () => {
    const openai = clientOf(scriptedEngine([answer("No.")]));
    await expect(openai.responses.create({ model, input: "Go", tools: [CODE] })).rejects.toThrow(/nothing runs/);
  });
});

describe("Chat Completions", () => {
  test("what the gateway answered is no call of the client's", async () => {
    const engine = scriptedEngine([call("python", "print(6 * 7)"), answer("It is 42.")]);
    const openai = clientOf(engine, { tools: { python: calculator() } });
    const { choices } = await openai.chat.completions.create(chatWithPython());
    expect(choices[0]?.message.content).toBe("It is 42.");
    expect(choices[0]?.message.tool_calls).toBeUndefined();
    expect(choices[0]?.finish_reason).toBe("stop");
    expect(engine.requests).toHaveLength(2);
  });

  test("streamed, the calls that are shown are the client's alone", async () => {
    const engine = scriptedEngine([call("python", "print(1)"), call("functions.look_up", '{"a":1}', "commentary")]);
    const openai = clientOf(engine, { tools: { python: calculator() } });
    const body = { ...chatWithPython({ tools: [CODE, LOOK_UP_IN_CHAT] }), stream: true } as const;
    const names: (string | undefined)[] = [];
    let finish: string | null | undefined;
    for await (const { choices } of await openai.chat.completions.create(body)) {
      for (const { index, function: called } of choices[0]?.delta.tool_calls ?? []) {
        expect(index).toBe(0);
        if (called?.name !== undefined) names.push(called.name);
      }
      finish = choices[0]?.finish_reason ?? finish;
    }
    expect(names).toEqual(["look_up"]);
    expect(finish).toBe("tool_calls");
  });

  test("the result of a client's call brings back what the client was not shown", async () => {
    const state = memoryState();
    const engine = scriptedEngine([
      call("python", "print(1)"),
      call("functions.look_up", "{}", "commentary"),
      answer("Found."),
    ]);
    const openai = clientOf(engine, { state, tools: { python: calculator() } });
    const fields = { tools: [CODE, LOOK_UP_IN_CHAT] };
    const { choices } = await openai.chat.completions.create(chatWithPython(fields));
    const message = choices[0]!.message;
    // As most clients do: without what they do not know.
    const sent = { role: "assistant", content: message.content, tool_calls: message.tool_calls };
    const result = { role: "tool", tool_call_id: message.tool_calls?.[0]?.id, content: "here" };
    const messages = [{ role: "user", content: "6 * 7?" }, sent, result];
    await openai.chat.completions.create(chatWithPython({ ...fields, messages }));
    const prompts = promptsOf(engine);
    expect(prompts[2]).toBe(
      `${prompts[1]}${call("functions.look_up", "{}", "commentary")}<|start|>functions.look_up to=assistant<|channel|>commentary<|message|>here<|end|><|start|>assistant`,
    );
  });

  test("Python keeps its session through the client's calls; whoever says the same has another", async () => {
    const python = calculator();
    const again = [
      call("python", "x = 1"),
      call("functions.look_up", "{}", "commentary"),
      call("python", "x"),
      answer("1"),
    ];
    const engine = scriptedEngine([...again, call("python", "x"), answer("2"), call("python", "x"), answer("3")]);
    const openai = clientOf(engine, { tools: { python } });
    const fields = { tools: [CODE, LOOK_UP_IN_CHAT] };
    const { choices } = await openai.chat.completions.create(chatWithPython(fields));
    const message = choices[0]!.message;
    const result = { role: "tool", tool_call_id: message.tool_calls?.[0]?.id, content: "here" };
    const messages = [{ role: "user", content: "6 * 7?" }, message, result];
    await openai.chat.completions.create(chatWithPython({ ...fields, messages }));
    expect(python.sessions[1]).toBe(python.sessions[0]);
    // Two conversations that are the same, word for word.
    const said = [{ role: "user", content: "6 * 7?" }];
    await openai.chat.completions.create(chatWithPython({ ...fields, messages: said }));
    const more = [...said, { role: "assistant", content: "2" }, { role: "user", content: "And?" }];
    await openai.chat.completions.create(chatWithPython({ ...fields, messages: more }));
    expect(new Set(python.sessions).size).toBe(3);
  });

  test("a history that the client has changed is taken as it is", async () => {
    const engine = scriptedEngine([
      call("python", "print(1)"),
      call("functions.look_up", "{}", "commentary"),
      answer("Found."),
    ]);
    const openai = clientOf(engine, { tools: { python: calculator() } });
    const fields = { tools: [CODE, LOOK_UP_IN_CHAT] };
    const { choices } = await openai.chat.completions.create(chatWithPython(fields));
    const calls = choices[0]?.message.tool_calls;
    const sent = { role: "assistant", content: "Something else.", tool_calls: calls };
    const result = { role: "tool", tool_call_id: calls?.[0]?.id, content: "here" };
    const messages = [{ role: "user", content: "6 * 7?" }, sent, result];
    await openai.chat.completions.create(chatWithPython({ ...fields, messages }));
    const last = promptsOf(engine)[2];
    expect(last).toContain("Something else.");
    expect(last).not.toContain("print(1)");
  });
});

describe("calls of the gateway's tools and of the client's in one completion", () => {
  const BOTH = `${call("python", "print(1)")}<|start|>assistant${call("functions.look_up", "{}", "commentary")}`;
  const RESULTS = `<|start|>python to=assistant<|channel|>analysis<|message|>42\n<|end|><|start|>functions.look_up to=assistant<|channel|>commentary<|message|>here<|end|><|start|>assistant`;

  test("Responses", async () => {
    const engine = scriptedEngine([BOTH, answer("Found.")]);
    const openai = clientOf(engine, { tools: { python: calculator() } });
    const tools = [CODE, LOOK_UP];
    const first = await openai.responses.create({ model, input: "Go", tools });
    expect(first.output.map(({ type }) => type)).toEqual([
      "reasoning",
      "code_interpreter_call",
      "reasoning",
      "function_call",
    ]);
    const found = first.output.at(-1);
    const call_id = found?.type === "function_call" ? found.call_id : "";
    const result = { type: "function_call_output", call_id, output: "here" } as const;
    await openai.responses.create({ model, input: [result], tools, previous_response_id: first.id });
    const prompts = promptsOf(engine);
    expect(prompts[1]).toBe(`${prompts[0]}${BOTH}${RESULTS}`);
  });

  test("Chat Completions", async () => {
    const engine = scriptedEngine([BOTH, answer("Found.")]);
    const openai = clientOf(engine, { tools: { python: calculator() } });
    const fields = { tools: [CODE, LOOK_UP_IN_CHAT] };
    const { choices } = await openai.chat.completions.create(chatWithPython(fields));
    const message = choices[0]!.message;
    expect(message.tool_calls).toHaveLength(1);
    const result = { role: "tool", tool_call_id: message.tool_calls?.[0]?.id, content: "here" };
    const messages = [{ role: "user", content: "6 * 7?" }, message, result];
    await openai.chat.completions.create(chatWithPython({ ...fields, messages }));
    const prompts = promptsOf(engine);
    expect(prompts[1]).toBe(`${prompts[0]}${BOTH}${RESULTS}`);
  });
});

describe("calls that nobody offered", () => {
  test("the model is told what there is, and goes on", async () => {
    const engine = scriptedEngine([call("functions.delete_all", "{}", "commentary"), answer("Sorry.")]);
    const openai = clientOf(engine);
    const response = await openai.responses.create({ model, input: "Go", tools: [LOOK_UP] });
    expect(response.output.map(({ type }) => type)).toEqual(["reasoning", "message"]);
    expect(promptsOf(engine)[1]).toContain(
      'Error: there is no tool "functions.delete_all". The available tools are: functions.look_up.',
    );
  });

  test("a call of Python without Python is one of them", async () => {
    const engine = scriptedEngine([call("python", "1"), answer("Sorry.")]);
    const { choices } = await clientOf(engine).chat.completions.create({
      model,
      messages: [{ role: "user", content: "Go" }],
    });
    expect(choices[0]?.message.content).toBe("Sorry.");
    expect(promptsOf(engine)[1]).toContain('Error: there is no tool "python". No tool is available.');
  });

  test("functions.python is Python, unless the client has a function of that name", async () => {
    const python = calculator();
    const engine = scriptedEngine([call("functions.python", "print(1)", "commentary"), answer("One.")]);
    const response = await clientOf(engine, { tools: { python } }).responses.create({
      model,
      input: "Go",
      tools: [CODE],
    });
    expect(python.codes).toEqual(["print(1)"]);
    expect(response.output.map(({ type }) => type)).toContain("code_interpreter_call");
  });
});

describe("bounds", () => {
  test("after the last round the reply ends, incomplete and without a reason", async () => {
    const python = calculator();
    const engine = scriptedEngine([call("python", "print(1)")]);
    const openai = clientOf(engine, { tools: { python, maxRounds: 3 } });
    const response = await openai.responses.create({ model, input: "Go", tools: [CODE] });
    expect(engine.requests).toHaveLength(3);
    expect(response.status).toBe("incomplete");
    expect(response.incomplete_details?.reason).toBeUndefined();
  });

  test("an engine that can be held to it is not let call in the last round", async () => {
    const engine = scriptedEngine([call("python", "print(1)")], { constraints: "gbnf" });
    const openai = clientOf(engine, { tools: { python: calculator(), maxRounds: 3 } });
    await openai.responses.create({ model, input: "Go", tools: [CODE] });
    expect(engine.requests.map(({ constraint }) => constraint !== undefined)).toEqual([false, false, true]);
  });

  test("a tool that must be called must be called in the first round only", async () => {
    const engine = scriptedEngine([call("python", "print(1)"), answer("One.")], { constraints: "gbnf" });
    const openai = clientOf(engine, { tools: { python: calculator() } });
    await openai.responses.create({ model, input: "Go", tools: [CODE], tool_choice: "required" });
    expect(engine.requests.map(({ constraint }) => constraint !== undefined)).toEqual([true, false]);
  });

  test("the limit of tokens is one for all rounds", async () => {
    const engine = scriptedEngine([call("python", "print(1)"), answer("One.")]);
    const openai = clientOf(engine, { tools: { python: calculator() } });
    await openai.responses.create({ model, input: "Go", tools: [CODE], max_output_tokens: 1000 });
    const [first, second] = engine.requests;
    expect(first?.maxTokens).toBe(1000);
    expect(second?.maxTokens).toBeLessThan(1000);
    const short = scriptedEngine([call("python", "print(1)"), answer("One.")]);
    const cut = await clientOf(short, { tools: { python: calculator() } }).responses.create({
      model,
      input: "Go",
      tools: [CODE],
      max_output_tokens: 5,
    });
    expect(short.requests).toHaveLength(1);
    expect(cut.incomplete_details?.reason).toBe("max_output_tokens");
  });

  test("a tool that fails, or answers too late, tells the model so", async () => {
    const failing = { run: () => Promise.reject(new Error("no container")) };
    const engine = scriptedEngine([call("python", "1"), answer("Sorry.")]);
    await clientOf(engine, { tools: { python: failing } }).responses.create({ model, input: "Go", tools: [CODE] });
    expect(promptsOf(engine)[1]).toContain("[ERROR] no container");
    const deaf = { run: () => new Promise<string>(() => {}) };
    const slow = scriptedEngine([call("python", "1"), answer("Sorry.")]);
    await clientOf(slow, { tools: { python: deaf, timeout: 20 } }).responses.create({
      model,
      input: "Go",
      tools: [CODE],
    });
    expect(promptsOf(slow)[1]).toContain("[ERROR] python gave no answer within 0.02 seconds");
  });

  test("a client that leaves stops the tool", async () => {
    const stopped = vi.fn();
    let begin = (): void => {};
    const started = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const python = {
      run: (_code: string, { signal }: { signal: AbortSignal }) => {
        signal.addEventListener("abort", stopped);
        begin();
        return new Promise<string>(() => {});
      },
    };
    const engine = scriptedEngine([call("python", "1"), answer("Sorry.")]);
    const controller = new AbortController();
    const { signal } = controller;
    const asked = clientOf(engine, { tools: { python } }).responses.create(
      { model, input: "Go", tools: [CODE] },
      { signal },
    );
    await started;
    controller.abort();
    await expect(asked).rejects.toThrow();
    await vi.waitFor(() => expect(stopped).toHaveBeenCalled());
    expect(engine.requests).toHaveLength(1);
  });

  test("a call that was cut off is not run", async () => {
    const python = calculator();
    const cut = '<|channel|>analysis to=python code<|message|>print("rm';
    const engine = scriptedEngine([() => cutOff(cut)]);
    const openai = clientOf(engine, { tools: { python } });
    const response = await openai.responses.create({ model, input: "Go", tools: [CODE] });
    expect(python.codes).toEqual([]);
    expect(response.incomplete_details?.reason).toBe("max_output_tokens");
  });
});

async function* cutOff(text: string) {
  const { tokensOf } = await import("../scripted-engine.js");
  for (const token of tokensOf(text)) yield { tokens: [token] };
  yield { finish: "length" as const };
}
