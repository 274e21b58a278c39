// Ten rounds of a chat with a tool: what the session promises to be in the engine's cache is there.
import { afterAll, beforeAll, expect, test } from "vitest";
import { constraintsFor } from "../../../src/constraints.js";
import { EngineTurn, llamaCpp } from "../../../src/engines.js";
import { HarmonySession, loadHarmonyEncoding, SystemContent, toolCallOf } from "../../../src/index.js";
import { type LlamaServer, startLlamaServer } from "../llama-server.js";

const encoding = loadHarmonyEncoding();
let server: LlamaServer;
beforeAll(async () => {
  // gpt-oss looks back 128 tokens in every other layer. Without this, the server keeps no more of them, and can go back to
  // an earlier place only where it has put down a checkpoint.
  server = await startLlamaServer({ args: ["--swa-full"] });
});
afterAll(() => server.stop());

const FUNCTIONS = {
  name: "functions",
  tools: [
    {
      name: "get_weather",
      description: "Says what the weather is.",
      parameters: {
        type: "object",
        properties: { city: { enum: ["Paris", "東京"] }, days: { type: "integer", minimum: 1, maximum: 14 } },
        required: ["city"],
        additionalProperties: false,
      },
    },
  ],
};
const ANSWER = { type: "object", properties: { sky: { enum: ["clear", "grey"] } }, required: ["sky"] };

test.each([
  { exactTokens: false, rounds: 10 },
  { exactTokens: true, rounds: 2 },
])("$rounds rounds with a tool, exactTokens $exactTokens", async ({ exactTokens, rounds }) => {
  const engine = llamaCpp({ baseURL: server.baseURL, slot: 0, exactTokens });
  const tools = ["functions.get_weather"];
  const session = new HarmonySession(
    encoding,
    {
      messages: [
        { role: "system", content: [SystemContent.new().withConversationStartDate(String(exactTokens))] },
        {
          role: "developer",
          content: [{ type: "developer_content", instructions: "Help.", tools: { functions: FUNCTIONS } }],
        },
      ],
    },
    { tools },
  );
  let calls = 0;
  let hits = 0;
  /** Whether the engine's cache holds other tokens than the session. */
  let isUncertain = true;
  for (let round = 0; round < rounds; round++) {
    session.add({ role: "user", content: `Round ${round}: what is the weather?` });
    for (let step = 0; ; step++) {
      const isCall = step < 2;
      const constraint = constraintsFor(
        isCall ? { tools: [FUNCTIONS], toolChoice: "required" } : { responseFormat: { schema: ANSWER } },
      );
      const tokens = session.prompt();
      const promised = session.reusedTokens;
      const seed = round * 10 + step;
      const request = { tokens, encoding, constraint, maxTokens: 300, sampling: { seed } };
      const turn = new EngineTurn(engine, request, { tools });
      for await (const _ of turn);
      const { promptTokens, cachedTokens, completionTokens } = turn.usage;
      expect(promptTokens).toBe(tokens.length);
      if (!turn.isApproximate) expect(completionTokens).toBe(turn.tokens.length);
      // The last token of a completion has been chosen, but not been read: it may be promised, but is not in the cache yet.
      if (!isUncertain) {
        expect(promised - cachedTokens, `round ${round}, step ${step}`).toBeGreaterThanOrEqual(0);
        expect(promised - cachedTokens, `round ${round}, step ${step}`).toBeLessThanOrEqual(1);
        if (promised > 0) hits++;
      }
      isUncertain = turn.isApproximate;
      const { messages } = session.addCompletion(turn.tokens, { finishReason: turn.finish ?? null });
      const call = messages.map((message) => toolCallOf(message)).find((found) => found !== undefined);
      if (call === undefined) break;
      expect(call.json, call.arguments).toMatchObject({ city: expect.any(String) });
      calls++;
      session.add({
        role: "tool",
        name: call.recipient,
        recipient: "assistant",
        channel: "commentary",
        content: `{"sky":"clear","step":${step}}`,
      });
    }
  }
  expect(calls).toBeGreaterThan(rounds);
  expect(hits).toBeGreaterThan(exactTokens ? 2 * rounds : rounds);
  expect(session.messages.filter(({ role }) => role === "user").length).toBe(rounds);
});
