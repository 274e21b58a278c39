import { type ChatCompletionRequest, readChatCompletionRequest } from "harmony-format/chat-completions";
import type { BuiltInTool } from "harmony-format/responses";
import { fieldsOf } from "../http/body.js";
import type { Settings } from "../settings/options.js";
import { patchInstructions, wantsPatches, withApplyPatch } from "../tools/apply-patch/declare.js";
import { type OfferedTools, offeredTools } from "../tools/offered-tools.js";
import { builtInToolsOf } from "../tools/options.js";
import { keptMemory, withKeptRounds } from "./chat-messages.js";

/** A request, and the tools that the gateway runs for it. */
export interface ReadChat {
  readonly request: ChatCompletionRequest;
  readonly tools: OfferedTools;
  /** The messages as the client has sent them. */
  readonly messages: readonly unknown[];
}

/** The types of tools with which a request asks for those that the gateway runs. */
const TYPES: ReadonlyMap<unknown, BuiltInTool> = new Map([
  ["web_search", "browser"],
  ["web_search_preview", "browser"],
  ["code_interpreter", "python"],
]);

/**
 * Reads a request of Chat Completions: with the tools that the gateway runs, and with the rounds in which it has answered
 * calls that the client was not shown.
 *
 * @throws ApiError as `readChatCompletionRequest` does.
 */
export async function readChat(body: unknown, settings: Settings): Promise<ReadChat> {
  const { state, encoding, tools: options } = settings;
  const fields = fieldsOf(body);
  const sent = Array.isArray(fields.messages) ? fields.messages : [];
  const has = builtInToolsOf(options);
  const asked = new Set<BuiltInTool>();
  const changed: Record<string, unknown> = { ...fields };
  if (Array.isArray(fields.messages)) changed.messages = await withKeptRounds(sent, state);
  if (Array.isArray(fields.tools)) {
    changed.tools = fields.tools.filter((tool) => {
      const builtIn = TYPES.get(fieldsOf(tool).type);
      if (builtIn === undefined || !has.includes(builtIn)) return true;
      asked.add(builtIn);
      return false;
    });
  }
  const isSearching = fields.web_search_options !== undefined && fields.web_search_options !== null;
  if (isSearching && has.includes("browser")) {
    asked.add("browser");
    delete changed.web_search_options;
  }
  const { applyPatch } = options;
  const patches = applyPatch !== undefined && wantsPatches(fields.tools);
  if (patches) {
    changed.tools = withApplyPatch(changed.tools, (definition) => ({ type: "function", function: definition }));
    if (Array.isArray(changed.messages)) {
      // Behind the instructions that stand first.
      const at = changed.messages.findIndex(
        (message) => !/^(?:system|developer)$/.test(String(fieldsOf(message).role)),
      );
      const instructions = { role: "developer", content: patchInstructions(applyPatch) };
      changed.messages = changed.messages.toSpliced(at < 0 ? changed.messages.length : at, 0, instructions);
    }
  }
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  const request = readChatCompletionRequest(isObject ? changed : body, {
    ...settings.readOptions(),
    builtInTools: has.filter((tool) => asked.has(tool)),
  });
  const memory = asked.size === 0 ? undefined : await keptMemory(sent, state);
  return {
    request,
    tools: offeredTools({ names: request.toolNames, encoding, memory, patches }, options),
    messages: sent,
  };
}
