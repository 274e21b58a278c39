import { type ChatCompletions, chatCompletionsOf } from "./chat-completions.js";
import { type Models, modelsOf } from "./models.js";
import { type Responses, responsesOf } from "./responses.js";
import { serve } from "./serve.js";
import { ClientSettings, type HarmonyClientOptions } from "./settings.js";

/**
 * A client with the calls of OpenAI's official one, for an engine that runs gpt-oss. It keeps nothing between requests, but
 * for responses if it has a store, and can be used for any number of requests at a time.
 */
export interface HarmonyClient {
  readonly chat: { readonly completions: ChatCompletions };
  readonly responses: Responses;
  readonly models: Models;
  /**
   * A `fetch` that answers in place of a server, in the same process: POST `…/chat/completions`, POST `…/responses` and GET
   * `…/models`, whatever the address before it. It is what clients take that were written for OpenAI's API, and what servers
   * take that are written as a function from `Request` to `Response`.
   *
   *     new OpenAI({ apiKey: "-", fetch: client.fetch });
   *     Deno.serve(client.fetch);
   *
   * A stream is read from the engine no faster than its body is read; cancelling the body, or aborting the signal, stops the
   * engine. Errors come as answers in OpenAI's form: 400 for a request that is wrong, 404 for an unknown address or model,
   * 405 for another method, 429 and 503 for an engine that is busy, 502 for one that failed. What the model had written by
   * then is the field `partial` of the error. A stream's status is that of its beginning; an error after that is an event.
   *
   * It asks for no key, and reads a body of any size: a server that others can reach needs a guard before it.
   *
   * @throws The reason of the signal, as `fetch` does.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
}

/**
 * Makes a client.
 *
 *     const client = createHarmonyClient({ engine: llamaCpp({ baseURL: "http://127.0.0.1:8080" }) });
 *     const completion = await client.chat.completions.create({ messages: [{ role: "user", content: "Hi" }] });
 *
 * @throws TypeError, RangeError for an option that cannot be used.
 */
export function createHarmonyClient(options: HarmonyClientOptions): HarmonyClient {
  const settings = new ClientSettings(options);
  const client = {
    chat: { completions: chatCompletionsOf(settings) },
    responses: responsesOf(settings),
    models: modelsOf(settings),
  };
  return { ...client, fetch: (input, init) => serve(client, input, init) };
}
