import { EngineError } from "../engines/engine-error.js";
import { ApiError } from "../shapes/api-error.js";
import { byteStreamOf } from "./byte-stream.js";
import type { ChatCompletions } from "./chat-completions.js";
import { apiErrorOf } from "./http-errors.js";
import type { Models } from "./models.js";
import { PartialReplyError } from "./partial-reply-error.js";
import { ReplyStream } from "./reply-stream.js";
import type { Responses } from "./responses.js";

/** What a server answers with. */
export interface Served {
  readonly chat: { readonly completions: ChatCompletions };
  readonly responses: Responses;
  readonly models: Models;
}

/** An endpoint: what it is called, how it is asked, and how its answer is written. */
interface Endpoint {
  readonly path: string;
  readonly method: "GET" | "POST";
  answer(client: Served, body: unknown, signal: AbortSignal | undefined): Promise<unknown>;
  /** An item of a stream as a server-sent event. */
  textOf(item: unknown): string;
  /** What is written behind the last item. */
  readonly end?: string;
  /** What is written of an error in mid-stream; absent where the items themselves have said it. */
  failed?(error: ApiError): string;
}

/** The endpoints, by the end of their path: what is before it is up to the client's `baseURL`. */
const ENDPOINTS: readonly Endpoint[] = [
  {
    path: "/chat/completions",
    method: "POST",
    answer: (client, body, signal) => client.chat.completions.create(body as never, { signal }),
    textOf: (chunk) => `data: ${JSON.stringify(chunk)}\n\n`,
    end: "data: [DONE]\n\n",
    failed: (error) => `data: ${JSON.stringify(error)}\n\n`,
  },
  {
    path: "/responses",
    method: "POST",
    answer: (client, body, signal) => client.responses.create(body as never, { signal }),
    textOf: (event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`,
  },
  {
    path: "/models",
    method: "GET",
    answer: (client) => client.models.list(),
    textOf: String,
  },
];

/**
 * Answers an HTTP request as OpenAI's API does.
 * @throws The reason of the request's signal, as `fetch` does; nothing else.
 */
export async function serve(client: Served, input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const request = typeof input === "object" && "url" in input ? input : undefined;
  const signal = init.signal ?? request?.signal;
  signal?.throwIfAborted();
  try {
    const endpoint = endpointOf(request?.url ?? String(input));
    const method = (init.method ?? request?.method ?? "GET").toUpperCase();
    if (method !== endpoint.method) return wrongMethod(endpoint, method);
    const body = endpoint.method === "GET" ? undefined : await readBody(init.body ?? request);
    const answer = await endpoint.answer(client, body, signal);
    return answer instanceof ReplyStream ? await streamed(endpoint, answer, signal) : Response.json(answer);
  } catch (error) {
    signal?.throwIfAborted();
    return refusal(error);
  }
}

/** @throws ApiError for an address that nothing answers to. */
function endpointOf(url: string): Endpoint {
  // The base stands in where there is a path alone.
  const { pathname } = new URL(url, "http://localhost");
  const endpoint = ENDPOINTS.find(({ path }) => pathname.replace(/\/$/, "").endsWith(path));
  if (endpoint !== undefined) return endpoint;
  const known = ENDPOINTS.map(({ path, method }) => `${method} /v1${path}`).join(", ");
  throw new ApiError(`nothing answers to ${pathname}; there are ${known}`, { status: 404, code: "unknown_url" });
}

function wrongMethod({ path, method }: Endpoint, wrong: string): Response {
  const error = new ApiError(`${path} is asked with ${method}, not with ${wrong}`, { code: "method_not_supported" });
  return Response.json(error, { status: 405, headers: { allow: method } });
}

/** @throws ApiError for a body that is not JSON. */
async function readBody(source: BodyInit | Request | null | undefined): Promise<unknown> {
  const reader =
    typeof source === "object" && source !== null && "url" in source ? source : new Response(source ?? null);
  const text = await reader.text();
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ApiError(`the body of the request is not JSON: ${why}`, { code: "invalid_json", cause: error });
  }
}

/** A reply as server-sent events. Its status is known when the engine has begun, so that one that is not there is a 502. */
async function streamed(
  endpoint: Endpoint,
  reply: ReplyStream<unknown>,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const items = reply[Symbol.asyncIterator]();
  const body = byteStreamOf({
    items,
    first: await items.next(),
    stop: () => reply.controller.abort(),
    textOf: endpoint.textOf,
    end: endpoint.end,
    signal,
    failed: (error) => endpoint.failed?.(errorOf(error)) ?? "",
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" },
  });
}

/** An error as an answer. */
function refusal(error: unknown): Response {
  const apiError = errorOf(error);
  const { status } = apiError;
  if (!(error instanceof PartialReplyError)) return Response.json(apiError, { status });
  const body = { error: { ...apiError.toJSON().error, partial: error.partial } };
  // The official client would ask again, and throw away what is here.
  return Response.json(body, { status, headers: { "x-should-retry": "false" } });
}

function errorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof EngineError) return apiErrorOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError(message, { status: 500, type: "server_error", cause: error });
}
