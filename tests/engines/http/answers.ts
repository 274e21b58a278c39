// Answers without a network: an injected `fetch` that says what it is told to.

import type { HttpAnswer } from "../../../src/engines/servers/http/answer.js";
import { postForStream } from "../../../src/engines/servers/http/post.js";
import { type HttpEngineOptions, httpSettings } from "../../../src/engines/servers/http/settings.js";

/** A body in these chunks, then its end; with `failure`, the connection breaks instead. */
export function bodyOf(chunks: readonly (string | Uint8Array)[], failure?: Error): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks[next++];
      if (chunk !== undefined) controller.enqueue(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
      else if (failure !== undefined) controller.error(failure);
      else controller.close();
    },
  });
}

/** A `fetch` that gives one answer after another, the last one for ever, and keeps what it was asked. */
export function fetchOf(...answers: (() => Response | Promise<Response>)[]): {
  readonly fetch: typeof globalThis.fetch;
  readonly asked: { readonly url: string; readonly init: RequestInit }[];
} {
  const asked: { url: string; init: RequestInit }[] = [];
  const fetch = async (input: unknown, init?: RequestInit): Promise<Response> => {
    asked.push({ url: String(input), init: init ?? {} });
    return await answers[Math.min(asked.length, answers.length) - 1]!();
  };
  return { fetch: fetch as typeof globalThis.fetch, asked };
}

/** Asks with these options for an event stream. */
export function ask(
  options: Partial<HttpEngineOptions>,
  signal?: AbortSignal,
  accept: "text/event-stream" | "application/x-ndjson" = "text/event-stream",
): Promise<HttpAnswer> {
  const settings = httpSettings({ baseURL: "http://127.0.0.1:1", ...options }, "an engine", "anEngine");
  return postForStream(settings, { path: "/completion", body: { prompt: [1] }, accept }, signal);
}

/** An answer in these chunks, as it has begun. */
export async function answerOf(chunks: readonly (string | Uint8Array)[], failure?: Error): Promise<HttpAnswer> {
  return await ask({ fetch: fetchOf(() => new Response(bodyOf(chunks, failure))).fetch }, undefined);
}

/** All that an iteration gives, and what it throws. */
export async function drain<T>(source: AsyncIterable<T>): Promise<{ values: T[]; error: unknown }> {
  const values: T[] = [];
  try {
    for await (const value of source) values.push(value);
    return { values, error: undefined };
  } catch (error) {
    return { values, error };
  }
}
