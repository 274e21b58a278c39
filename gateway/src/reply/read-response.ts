import {
  type ReadResponseOptions,
  type ResponseRequest,
  type ResponseTool,
  readResponseRequest,
} from "harmony-format/responses";
import { fieldsOf } from "../http/body.js";
import type { Settings } from "../settings/options.js";
import { patchInstructions, wantsPatches, withApplyPatch } from "../tools/apply-patch/declare.js";
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
  const { state, encoding, tools: options } = settings;
  const { input, tools, instructions } = fieldsOf(body);
  const changed: Record<string, unknown> = { ...fieldsOf(body) };
  if (Array.isArray(input)) changed.input = await withKeptCalls(input, state);
  const { applyPatch } = options;
  const patches = applyPatch !== undefined && wantsPatches(tools);
  if (patches) {
    changed.tools = withApplyPatch(tools, (definition) => ({ type: "function", ...definition }));
    if (instructions === undefined || instructions === null) changed.instructions = patchInstructions(applyPatch);
    else if (typeof instructions === "string") {
      changed.instructions = `${instructions}\n\n${patchInstructions(applyPatch)}`;
    }
  }
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  const read = readResponseRequest(isObject ? changed : body, {
    ...settings.readOptions(),
    builtInTools: builtInToolsOf(options),
    ...store,
  });
  const memory = await keptMemory(read.items, state);
  const request = patches ? asSent(read, typeof instructions === "string" ? instructions : null) : read;
  return { request, tools: offeredTools({ names: request.toolNames, encoding, memory, patches }, options) };
}

/** The request with settings that the response repeats as the client has sent them. */
function asSent(request: ResponseRequest, instructions: string | null): ResponseRequest {
  const tools = request.settings.tools.map((tool) => {
    const isOurs = tool.type === "function" && tool.name === "apply_patch";
    return isOurs ? ({ type: "apply_patch" } as unknown as ResponseTool) : tool;
  });
  return { ...request, settings: { ...request.settings, instructions, tools } };
}
