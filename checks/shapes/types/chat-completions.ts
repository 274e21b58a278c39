// Chat Completions: our types and those of the official client, of both versions, are assignable to each other.
import type OpenAI from "openai";
import type { ChatCompletionCreateParams as Params6 } from "openai/resources/chat/completions";
import type OpenAI7 from "openai-7";
import type { ChatCompletionCreateParams as Params7 } from "openai-7/resources/chat/completions";
import type {
  ApiErrorJSON,
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionCreateParams,
  ChatMessage,
  ChatMessageParam,
} from "../../../src/chat-completions.js";

/** Compiles if a value of the one type may stand where the other is expected. */
type Assignable<_To, _From extends _To> = true;

// What we answer is what the client gives its program.
export type Completion = [
  Assignable<OpenAI.ChatCompletion, ChatCompletion>,
  Assignable<OpenAI7.ChatCompletion, ChatCompletion>,
];
export type Chunk = [
  Assignable<OpenAI.ChatCompletionChunk, ChatCompletionChunk>,
  Assignable<OpenAI7.ChatCompletionChunk, ChatCompletionChunk>,
];
export type Message = [
  Assignable<OpenAI.ChatCompletionMessage, ChatMessage>,
  Assignable<OpenAI7.ChatCompletionMessage, ChatMessage>,
];

// What a program sends by the client's types is what is read.
export type Request = [
  Assignable<ChatCompletionCreateParams, Params6>,
  Assignable<ChatCompletionCreateParams, Params7>,
  Assignable<ChatMessageParam, OpenAI.ChatCompletionMessageParam>,
  Assignable<ChatMessageParam, OpenAI7.ChatCompletionMessageParam>,
];

// What is sent by our types, the client sends as well.
export type Sent = [
  Assignable<OpenAI.ChatCompletionMessageParam, Exclude<ChatMessageParam, { role: "user" }>>,
  Assignable<OpenAI7.ChatCompletionMessageParam, Exclude<ChatMessageParam, { role: "user" }>>,
];

// An answer is a message of the next request, by either's types.
export type Again = [
  Assignable<ChatMessageParam, ChatMessage>,
  Assignable<OpenAI.ChatCompletionMessageParam, ChatMessage>,
  Assignable<OpenAI7.ChatCompletionMessageParam, ChatMessage>,
  Assignable<ChatMessageParam, OpenAI.ChatCompletionMessage>,
  Assignable<ChatMessageParam, OpenAI7.ChatCompletionMessage>,
];

// The client reads an error as an object with these fields.
declare const error: ApiErrorJSON["error"];
export const fields: { message: string; type: string; param: string | null; code: string | null } = error;

// @ts-expect-error a check that cannot fail would be none: a chunk is not a completion
export type Wrong = Assignable<OpenAI.ChatCompletion, ChatCompletionChunk>;
