// The Responses API as the official client sees it, in both versions: what it puts together from our events, and what
// OpenAI's published schema says of them.
import OpenAI from "openai";
import OpenAI7 from "openai-7";
import { describe, expect, test } from "vitest";
import type { ResponseObject, ResponseStreamEvent } from "../../src/responses.js";
import { CASES, CASES_WITHOUT_MARKERS } from "../../tests/parse/malformed-outputs.js";
import { REQUEST, replyEvents, steadyOptions, USAGE, written } from "../../tests/shapes/responses/written.js";
import { mistakesIn } from "./published.js";

const THOUGHT = "<|channel|>analysis<|message|>Hm, 🤔.<|end|><|start|>assistant";
const PREAMBLE = "<|channel|>commentary<|message|>I look.<|end|><|start|>assistant";
const FINAL = "<|channel|>final<|message|>It is 【6†L9-L11】 so.<|return|>";
const call = (recipient: string, text: string): string =>
  `<|channel|>commentary to=${recipient}<|message|>${text}<|call|>`;

const OUTPUTS: readonly string[] = [
  "",
  FINAL,
  THOUGHT + FINAL,
  THOUGHT + PREAMBLE + call("functions.x", '{"a":1}'),
  call("crm.find", "{}"),
  `${call("functions.x", "{}")}<|start|>assistant${call("functions.x", "not JSON")}`,
  call("functions.apply_patch", "*** Begin Patch\n*** End Patch"),
  call("functions.tool_search", '{"query":"q"}'),
  call("functions.unheard_of", "{}"),
  `${THOUGHT}<|channel|>analysis to=python code<|message|>print(1)<|call|>`,
  '<|channel|>analysis to=browser.search code<|message|>{"query":"q"}<|call|>',
  '<|channel|>analysis to=browser.open code<|message|>{"id":3}<|call|>',
  '<|channel|>analysis to=browser.find code<|message|>{"pattern":"p"}<|call|>',
  ...[...CASES, ...CASES_WITHOUT_MARKERS].map(({ output }) => output),
];

/** What is sent for an output, and what it adds up to, for each way in which it may end. */
function* answers(): Generator<{ readonly sent: ResponseStreamEvent[]; readonly response: ResponseObject }> {
  const citation = ({ cursor }: { cursor: number }): { url: string } => ({ url: `https://a.org/${cursor}` });
  for (const output of OUTPUTS) {
    const events = replyEvents([...output], REQUEST, {}, "stop");
    yield written(events, { carriedTokens: "harmony1.AQ" }, REQUEST, { ...steadyOptions(), citation });
  }
  const thought = replyEvents([...THOUGHT, ...FINAL]);
  yield written(thought, {}, REQUEST, { ...steadyOptions(), thoughts: "summary" });
  for (const output of OUTPUTS.slice(0, 13)) {
    const half = output.slice(0, Math.ceil(output.length * 0.8));
    const events = replyEvents([half], REQUEST, {}, "length");
    for (const finish of ["length", "content-filter", "error", undefined] as const) yield written(events, { finish });
  }
}

const ANSWERS = [...answers()];

test("events and responses are as OpenAI's schema says", () => {
  const objects = ANSWERS.flatMap(({ sent, response }) => [
    { type: "responses.Response", value: response },
    ...response.output.map((value) => ({ type: "responses.ResponseInputItemParam", value })),
    ...sent.map((value) => ({ type: "responses.ResponseStreamEvent", value })),
  ]);
  const mistakes = mistakesIn(objects).flatMap((found, index) =>
    found.length === 0 ? [] : [{ found, object: objects[index] }],
  );
  expect(mistakes.slice(0, 3)).toEqual([]);
});

test("the schema refuses an event that is not one", () => {
  const [event] = ANSWERS[1]!.sent.filter(({ type }) => type === "response.output_text.delta");
  const { delta: _, ...broken } = event as { delta: string };
  expect(mistakesIn([{ type: "responses.ResponseStreamEvent", value: broken }])[0]).not.toEqual([]);
});

/** A fetch that answers with these events, or with the response. */
function serve(sent: readonly ResponseStreamEvent[], response: ResponseObject): typeof fetch {
  return async (_url, init) => {
    const { stream } = JSON.parse(String(init?.body)) as { stream?: boolean };
    if (stream !== true) return Response.json(response);
    const text = sent.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
    return new Response(text, { headers: { "content-type": "text/event-stream" } });
  };
}

/** What the client adds to what it was sent. */
function withoutParsed(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, member) =>
      /^parsed|_parsed$/.test(key) || key === "_request_id" ? undefined : member,
    ),
  );
}

describe.each([
  ["6.49.0", OpenAI],
  ["7.57.0", OpenAI7],
] as const)("the official client %s", (_version, Client) => {
  const params = {
    model: "m",
    input: "Hello",
    tools: [{ type: "function", name: "x", parameters: null, strict: false }],
  };
  const clientOf = (sent: readonly ResponseStreamEvent[], response: ResponseObject): OpenAI =>
    new Client({ apiKey: "-", fetch: serve(sent, response) }) as OpenAI;

  test("takes a response as it is", async () => {
    for (const { sent, response } of ANSWERS) {
      const taken = await clientOf(sent, response).responses.create({ ...params, tools: [] });
      expect(withoutParsed(taken)).toEqual(withoutParsed(response));
    }
  });

  test("puts a response together from its events", async () => {
    for (const { sent, response } of ANSWERS) {
      const stream = clientOf(sent, response).responses.stream({ ...params, tools: [] });
      const types: string[] = [];
      stream.on("event", ({ type }) => types.push(type));
      const final = await stream.finalResponse();
      expect(withoutParsed(final)).toEqual(withoutParsed(response));
      expect(types).toEqual(sent.map(({ type }) => type));
    }
  });

  test("knows each text in full when its last piece has come", async () => {
    for (const { sent, response } of ANSWERS) {
      const snapshots: string[] = [];
      const stream = clientOf(sent, response).responses.stream({ ...params, tools: [] });
      stream.on("response.output_text.delta", ({ snapshot }) => snapshots.push(snapshot));
      await stream.finalResponse();
      const texts = response.output.flatMap((item) =>
        item.type === "message" ? item.content.map(({ text }) => text) : [],
      );
      for (const text of texts) expect(text === "" || snapshots.includes(text)).toBe(true);
    }
  });
});

test("the usage is that of the reply", () => {
  expect(ANSWERS[1]!.response.usage?.total_tokens).toBe(USAGE.promptTokens + USAGE.completionTokens);
});
