// The client: whoever has a request for the official client can pass it, and use what comes back, as with that one.
import OpenAI from "openai";
import OpenAI7 from "openai-7";
import type { HarmonyClient } from "../../../src/client.js";

declare const client: HarmonyClient;

export const clients: readonly unknown[] = [
  new OpenAI({ apiKey: "-", fetch: client.fetch }),
  new OpenAI7({ apiKey: "-", fetch: client.fetch }),
];

declare const whole: OpenAI.ChatCompletionCreateParamsNonStreaming;
export const completion: Promise<OpenAI.ChatCompletion> = client.chat.completions.create(whole);
declare const streamed: OpenAI.ChatCompletionCreateParamsStreaming;
export const chunks: Promise<AsyncIterable<OpenAI.ChatCompletionChunk>> = client.chat.completions.create(streamed);
declare const whole7: OpenAI7.ChatCompletionCreateParamsNonStreaming;
export const completion7: Promise<OpenAI7.ChatCompletion> = client.chat.completions.create(whole7);
declare const either: OpenAI.ChatCompletionCreateParams;
export const answer: Promise<object> = client.chat.completions.create(either);

declare const wholeResponse: OpenAI.Responses.ResponseCreateParamsNonStreaming;
export const response: Promise<OpenAI.Responses.Response> = client.responses.create(wholeResponse);
declare const streamedResponse: OpenAI.Responses.ResponseCreateParamsStreaming;
export const events: Promise<AsyncIterable<OpenAI.Responses.ResponseStreamEvent>> =
  client.responses.create(streamedResponse);
declare const wholeResponse7: OpenAI7.Responses.ResponseCreateParamsNonStreaming;
export const response7: Promise<OpenAI7.Responses.Response> = client.responses.create(wholeResponse7);

// The misspelt, and what is of another kind, is found by the compiler.
// @ts-expect-error messages are a list
export const wrong: Promise<object> = client.chat.completions.create({ messages: "Hi" });
// @ts-expect-error there is no such field
export const unknown: Promise<object> = client.chat.completions.create({ messages: [], temprature: 1 });
