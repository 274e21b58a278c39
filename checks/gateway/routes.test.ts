import OpenAI from "openai";
import { expect, test } from "vitest";
import { createGateway } from "../../gateway/dist/index.js";
import { scriptedEngine } from "./scripted-engine.js";

const HELLO =
  "<|channel|>analysis<|message|>Greet.<|end|><|start|>assistant<|channel|>final<|message|>Hello!<|return|>";

function clientOf(answers: readonly string[]): OpenAI {
  const { fetch } = createGateway({ engine: scriptedEngine(answers) });
  return new OpenAI({
    apiKey: "-",
    baseURL: "http://gateway/v1",
    maxRetries: 0,
    fetch: (input, init) => fetch(new Request(input, init)),
  });
}

test("Chat Completions, whole and streamed", async () => {
  const openai = clientOf([HELLO]);
  const messages = [{ role: "user", content: "Hi" }] as const;
  const whole = await openai.chat.completions.create({ model: "gpt-oss", messages: [...messages] });
  expect(whole.choices[0]?.message.content).toBe("Hello!");
  let text = "";
  const stream = await openai.chat.completions.create({ model: "gpt-oss", messages: [...messages], stream: true });
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
  expect(text).toBe("Hello!");
});

test("a response goes on from the one before it", async () => {
  const openai = clientOf([HELLO]);
  const first = await openai.responses.create({ model: "gpt-oss", input: "Hi" });
  const second = await openai.responses.create({ model: "gpt-oss", input: "Hi", previous_response_id: first.id });
  expect(second.output_text).toBe("Hello!");
  await expect(openai.responses.create({ model: "gpt-oss", input: "Hi", previous_response_id: "?" })).rejects.toThrow(
    /not known here/,
  );
});
