// What a model writes that knows the format but nothing else: a thousand completions, malformed now and then in every way.
import { afterAll, beforeAll, expect, test } from "vitest";
import { constraintsFor } from "../../../src/constraints.js";
import { type EngineRequest, EngineTurn, llamaCpp } from "../../../src/engines.js";
import { loadHarmonyEncoding } from "../../../src/index.js";
import { type LlamaServer, startLlamaServer } from "../llama-server.js";

const encoding = loadHarmonyEncoding();
const prompt = encoding.renderConversationForCompletion(
  { messages: [{ role: "user", content: "What is the weather in Paris?" }] },
  "assistant",
);

/** Two servers, so that both kinds of request to the same model run at the same time. */
let servers: readonly LlamaServer[];
beforeAll(async () => {
  servers = await Promise.all([startLlamaServer(), startLlamaServer()]);
});
afterAll(() => Promise.all(servers.map((server) => server.stop())));

async function complete(exactTokens: boolean, request: Partial<EngineRequest>): Promise<EngineTurn> {
  const engine = llamaCpp({ baseURL: servers[exactTokens ? 1 : 0]!.baseURL, exactTokens });
  const turn = new EngineTurn(engine, { tokens: prompt, encoding, maxTokens: 24, ...request });
  for await (const _ of turn);
  return turn;
}

/** Completes both ways, streamed and whole, and compares. Returns how many there were of what kinds. */
async function compare(runs: number, requestOf: (seed: number) => Partial<EngineRequest>) {
  const found = { approximate: 0, malformed: 0, messages: 0, stopped: 0 };
  for (let seed = 0; seed < runs; seed++) {
    const request = requestOf(seed);
    const [streamed, whole] = await Promise.all([complete(false, request), complete(true, request)]);
    const what = `seed ${seed}`;
    expect(whole.isApproximate, what).toBe(false);
    if (!streamed.isApproximate) expect(streamed.tokens, what).toEqual(whole.tokens);
    expectSameText(encoding.decode(streamed.tokens), encoding.decode(whole.tokens), streamed.isApproximate, what);
    expect(streamed.messages.length, what).toBe(whole.messages.length);
    for (const [index, { text }] of streamed.messages.entries()) {
      expectSameText(text, whole.messages[index]!.text, streamed.isApproximate, what);
    }
    expect(streamed.finish, what).toBe(whole.finish);
    const counted = { promptTokens: prompt.length, completionTokens: whole.tokens.length };
    expect(streamed.usage, what).toMatchObject(counted);
    expect(whole.usage, what).toMatchObject(counted);
    for (const message of [...streamed.messages, ...whole.messages]) encoding.render(message);
    found.approximate += Number(streamed.isApproximate);
    found.malformed += Number(streamed.diagnostics.length > 0);
    found.messages += streamed.messages.length;
    found.stopped += Number(streamed.finish === "eos");
  }
  console.log(JSON.stringify(found));
  return found;
}

/** A token that the limit has cut within a character is never sent, with what it has before that character: a blank. */
function expectSameText(streamed: string, whole: string, isApproximate: boolean, what: string): void {
  const isCut = isApproximate && whole.endsWith("\uFFFD");
  expect(textOf(streamed), what).toBe(isCut ? textOf(whole).replace(/ ?\uFFFD$/, "\uFFFD") : textOf(whole));
}

/**
 * A text without the tokens that have no name and that no model was trained to write: the server has no text for them, and
 * one that stands behind half a character is never sent.
 */
function textOf(text: string): string {
  return text.replaceAll(/<\|reserved_20\d{4}\|>/g, "");
}

test("a thousand completions: streamed or not, the same tokens, and every message renders again", async () => {
  const found = await compare(1000, (seed) => ({ sampling: { seed } }));
  // Otherwise this would not be the model that it is meant to be.
  expect(found.messages).toBeGreaterThan(1000);
  expect(found.malformed).toBeGreaterThan(50);
  expect(found.stopped).toBeGreaterThan(100);
  expect(found.approximate).toBeGreaterThan(0);
  expect(found.approximate).toBeLessThan(200);
});

test("halves of characters in any order are never taken for something that they are not", async () => {
  const halves = [..."🙂🎉𠮷ഹ"].flatMap((character) => encoding.encode(character));
  const logitBias = Object.fromEntries(halves.map((token) => [token, 8]));
  const found = await compare(100, (seed) => ({ sampling: { seed, logitBias } }));
  expect(found.approximate).toBeGreaterThan(10);
});

test("the tokens of emoji and rare scripts, as the model was trained on them, are found out", async () => {
  const text = "🎉 नमस्ते 🦩 வணக்கம் 𝔸 🧑‍🚀 🇫🇷 ᱥᱟᱱᱛᱟᱲᱤ";
  const tokens = encoding.encode(`<|channel|>final<|message|>${text}`, { allowedSpecial: "all" });
  const grammar = `root ::= ${tokens.map((token) => `<[${token}]>`).join(" ")}`;
  const strict = { grammar, grammar_lazy: false, grammar_triggers: [], preserved_tokens: [] };
  const constraint = { ...constraintsFor(), gbnf: { strict, text: "" } };
  const logitBias = { 200012: -Infinity, 199999: -Infinity };
  const turn = await complete(false, { constraint, maxTokens: 200, sampling: { logitBias } });
  expect(turn.tokens).toEqual([...tokens, 200002]);
  expect(turn.isApproximate).toBe(false);
});
