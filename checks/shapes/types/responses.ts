// The Responses API: our types against those of the official client, in the versions for Node 20 and for Node 22.
import type OpenAI from "openai";
import type OpenAI7 from "openai-7";
import type {
  ResponseCreateBody,
  ResponseObject,
  ResponseOutputItem,
  ResponseStreamEvent,
} from "../../../src/responses.js";

declare const response: ResponseObject;
declare const event: ResponseStreamEvent;
declare const item: ResponseOutputItem;

// What is written is what the client takes it for.
export const responses: [OpenAI.Responses.Response, OpenAI7.Responses.Response] = [response, response];
export const events: [OpenAI.Responses.ResponseStreamEvent, OpenAI7.Responses.ResponseStreamEvent] = [event, event];
export const outputs: [OpenAI.Responses.ResponseOutputItem, OpenAI7.Responses.ResponseOutputItem] = [item, item];
// It can be sent back.
export const inputs: [OpenAI.Responses.ResponseInputItem, OpenAI7.Responses.ResponseInputItem] = [item, item];
// The settings that a response repeats can be asked for again.
export const tools: [OpenAI.Responses.Tool[], OpenAI7.Responses.Tool[]] = [response.tools, response.tools];

declare const params: OpenAI.Responses.ResponseCreateParams;
declare const params7: OpenAI7.Responses.ResponseCreateParams;

// What the client asks is what is read.
export const bodies: ResponseCreateBody[] = [params, params7];

// The types are not so wide that anything fits.
// @ts-expect-error A response has an output.
export const nothing: ResponseObject = {};
// @ts-expect-error There is no such event.
export const noEvent: ResponseStreamEvent = { type: "response.audio.delta", sequence_number: 0, delta: "" };
// @ts-expect-error A client's item may be of a type that is never written.
export const noItem: ResponseOutputItem = declared<OpenAI.Responses.ResponseOutputItem>();

declare function declared<Type>(): Type;
