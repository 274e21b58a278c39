import { expect, test } from "vitest";
import { mistakesIn } from "./published.js";

const COMPLETION = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [
    { index: 0, finish_reason: "stop", logprobs: null, message: { role: "assistant", content: "A", refusal: null } },
  ],
};

test("the check tells what is as published from what is not", () => {
  const verdicts = mistakesIn([
    { type: "chat.ChatCompletion", value: COMPLETION },
    { type: "chat.ChatCompletion", value: { ...COMPLETION, created: "1" } },
    { type: "chat.ChatCompletion", value: { ...COMPLETION, choices: [{ ...COMPLETION.choices[0], index: null }] } },
    { type: "responses.ResponseStreamEvent", value: { type: "response.created", sequence_number: 0 } },
  ]);
  expect(verdicts[0]).toEqual([]);
  expect(verdicts[1]).toEqual(["created: Input should be a valid integer"]);
  expect(verdicts[2]).toEqual(["choices.0.index: Input should be a valid integer"]);
  expect(verdicts[3]).not.toEqual([]);
});
