import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as engines from "../../src/engines.js";
import { loadHarmonyEncoding, type MessageJSON, StreamableParser, validateConversation } from "../../src/index.js";
import { differenceOf } from "../vectors/differences.js";
import { readPage } from "./code-blocks.js";
import { BODIES, GUIDE, PARSED, RENDERED } from "./guide-examples.js";

// The examples of docs/guide: what they show is what this package does, and what the reference answered when guide.py asked it.

const encoding = loadHarmonyEncoding();

/** A row of guide.jsonl: an example word for word, and the reference's answer. */
interface Answer {
  readonly conversation?: string;
  readonly completion?: string;
  readonly tokens: number[];
  readonly text?: string;
  readonly messages?: MessageJSON[];
  readonly message?: string;
}

const ANSWERS: readonly Answer[] = readFileSync(new URL("guide.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Answer);

/** What the reference said about an example. */
function answerTo(question: "conversation" | "completion", text: string): Answer {
  const answer = ANSWERS.find((candidate) => candidate[question] === text);
  if (answer === undefined)
    throw new Error("the reference has not been asked about this example: run tests/docs/guide.py");
  return answer;
}

describe("conversations render to the prompt that the page shows", () => {
  test.each(RENDERED)("$place", ({ conversation, prompt }) => {
    expect(validateConversation(JSON.parse(conversation))).toEqual([]);
    const { tokens, text } = answerTo("conversation", conversation);
    expect(prompt).toBe(text);
    const row = { conversation, op: "completion", next_role: "assistant", auto_drop_analysis: true } as const;
    expect(differenceOf.render({ ...row, tokens, text: prompt! })).toBe(undefined);
  });
});

describe("completions are read as the page says", () => {
  test.each(PARSED)("$place", ({ completion, messages, diagnostics, reference }) => {
    const answer = answerTo("completion", completion);
    expect(encoding.encode(completion, { allowedSpecial: "all" })).toEqual(answer.tokens);
    expect(answer.message).toBe(reference);
    expect(differenceOf.parse({ ...answer, role: "assistant", strict: true })).toBe(undefined);

    const parser = new StreamableParser(encoding, "assistant", { mode: "resilient" });
    for (const token of answer.tokens) parser.process(token);
    parser.finish();
    const read = JSON.parse(JSON.stringify(parser.messages));
    expect(read).toEqual(JSON.parse(messages!));
    expect(parser.diagnostics.map(({ code, action }) => `${code}: ${action}`)).toEqual(diagnostics);
    if (reference === undefined) expect(answer.messages).toEqual(read);
  });
});

describe("bodies of requests are what the engine's client sends", () => {
  const question = { messages: [{ role: "user", content: "What is 2 + 2?" }] } as const;
  const tokens = encoding.renderConversationForCompletion(question, "assistant");
  const makers: Readonly<Record<string, (own: { baseURL: string; fetch: typeof fetch }) => engines.Engine>> = {
    llamaCpp: engines.llamaCpp,
    vllm: (own) => engines.vllm({ ...own, model: "openai/gpt-oss-20b" }),
    sglang: engines.sglang,
    ollama: (own) => engines.ollama({ ...own, model: "gpt-oss:20b", contextSize: 32_768 }),
  };

  test.each(BODIES)("$place $engine", async ({ engine, body }) => {
    const sent: unknown[] = [];
    const refuse: typeof fetch = async (_, init) => {
      sent.push(JSON.parse(String(init?.body)));
      return new Response("{}", { status: 400 });
    };
    const client = makers[engine]!({ baseURL: "http://127.0.0.1:1", fetch: refuse });
    const reply = client.generate({ tokens, encoding, maxTokens: 1024 })[Symbol.asyncIterator]();
    await expect(reply.next()).rejects.toThrow(engines.EngineError);
    // The client turns off more than the page shows.
    expect(sent).toEqual([expect.objectContaining(asSubset(JSON.parse(body)))]);
  });

  /** A matcher for objects that have at least these fields, in depth. */
  function asSubset(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const isObject = (field: unknown) => typeof field === "object" && field !== null && !Array.isArray(field);
    const fields = Object.entries(value).map(([name, field]) => {
      return [name, isObject(field) ? expect.objectContaining(asSubset(field as Record<string, unknown>)) : field];
    });
    return Object.fromEntries(fields);
  }

  test("there is one for each engine that is asked over HTTP", () => {
    expect(BODIES.map(({ engine }) => engine).sort()).toEqual(Object.keys(makers).sort());
  });
});

test("the reference was asked about the examples, and about nothing else", () => {
  expect(ANSWERS.length).toBe(RENDERED.length + PARSED.length);
  expect(RENDERED.length).toBeGreaterThanOrEqual(7);
  expect(PARSED.length).toBeGreaterThanOrEqual(9);
});

describe("the guide is a path to walk", () => {
  const index = readPage("docs/guide/index.md");
  const steps = Array.from(index.matchAll(/^\d+\. \[(.*?)\]\(([\w-]+\.md)\)/gm), ([, title, file]) => ({
    title: title!,
    file: file!,
  }));

  test("it goes through every page once", () => {
    expect(steps.map(({ file }) => `docs/guide/${file}`).sort()).toEqual(
      GUIDE.filter((page) => !page.endsWith("/index.md")),
    );
  });

  test.each(steps)("$file", ({ title, file }) => {
    const page = readPage(`docs/guide/${file}`);
    expect(page.startsWith(`# ${title}\n`)).toBe(true);
    const next = steps[steps.findIndex((step) => step.file === file) + 1];
    if (next !== undefined) expect(page.endsWith(`\nNext: [${next.title}](${next.file})\n`)).toBe(true);
    // Three minutes, at 200 words a minute; what is in a fence is looked at rather than read.
    const words = page.replaceAll(/^```.*?^```$/gms, "").split(/\s+/).length;
    expect(words).toBeLessThanOrEqual(600);
  });
});
