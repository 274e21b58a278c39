import { describe, expect, test } from "vitest";
import { HarmonyError, loadHarmonyEncoding } from "../../src/index.js";

const encoding = loadHarmonyEncoding();

describe("the permissive mode", () => {
  const parse = (text: string) =>
    encoding
      .parseMessagesFromCompletionTokens(encoding.encode(text, { allowedSpecial: "all" }), "assistant", {
        strict: false,
      })
      .map((message) => message.toJSON());

  test("drops an empty header that a stop token ends, and uses the given role up with it", () => {
    expect(parse("<|end|><|start|>user<|message|>x<|end|>")).toEqual([{ role: "user", content: "x" }]);
    expect(() => parse("<|end|><|start|><|message|>x<|end|>")).toThrow(HarmonyError);
    expect(() => parse("<|end|><|start|><|message|>x<|end|>")).toThrow("message header did not contain a role");
  });
});
