import { type ReadResponseOptions, type ResponseRequest, readResponseRequest } from "harmony-format/responses";
import { fieldsOf } from "../http/body.js";
import type { Settings } from "../settings/options.js";
import { type OfferedTools, offeredTools } from "../tools/offered-tools.js";
import { builtInToolsOf } from "../tools/options.js";
import { keptMemory, withKeptCalls } from "./response-items.js";

/** A request, and the tools that the gateway runs for it. */
export interface ReadResponse {
  readonly request: ResponseRequest;
  readonly tools: OfferedTools;
}

/**
 * Reads a request of the Responses API: with the tools that the gateway runs, and with what it has answered to the calls
 * that a client sends back without results.
 *
 * @param store Where items come from that the request only names.
 * @throws ApiError as `readResponseRequest` does.
 */
export async function readResponse(
  body: unknown,
  settings: Settings,
  store: Pick<ReadResponseOptions, "resolveItem" | "resolvePrevious"> = {},
): Promise<ReadResponse> {
  const { state, tools: options } = settings;
  const { input } = fieldsOf(body);
  const restored = Array.isArray(input) ? { ...fieldsOf(body), input: await withKeptCalls(input, state) } : body;
  const request = readResponseRequest(restored, {
    ...settings.readOptions(),
    builtInTools: builtInToolsOf(options),
    ...store,
  });
  const memory = await keptMemory(request.items, state);
  return { request, tools: offeredTools({ names: request.toolNames, memory }, options) };
}
