// Chat Completions: our types against those of the official client.
import type OpenAI from "openai";
import type OpenAI7 from "openai-7";
import type { ApiErrorJSON } from "../../../src/chat-completions.js";

declare const error: ApiErrorJSON["error"];
// The client reads an error as an object with these fields.
export const message: string = error.message;

/** Whether a request of the client may be what is read. */
export type Requests = OpenAI.ChatCompletionCreateParams | OpenAI7.ChatCompletionCreateParams;
