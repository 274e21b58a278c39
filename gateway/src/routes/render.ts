import { Conversation, type HarmonyEncoding, type Role } from "harmony-format";
import { readChatCompletionRequest } from "harmony-format/chat-completions";
import { ApiError } from "harmony-format/client";
import type { Engine, EngineRequest } from "harmony-format/engines";
import { HarmonyReply, type HarmonyRequest, readResponseRequest } from "harmony-format/responses";
import type { Hono } from "hono";
import { z } from "zod";
import { fieldsOf, readJson } from "../http/body.js";
import { limitEngine } from "../limits/limited-engine.js";
import type { Settings } from "../settings/options.js";
import { checkBody } from "./body-schema.js";
import { withModel } from "./models.js";

const CONVERSATION = z.strictObject({
  conversation: z.looseObject({ messages: z.array(z.unknown()) }),
  next_role: z.enum(["assistant", "user", "system", "developer", "tool"]).nullish(),
  auto_drop_analysis: z.boolean().nullish(),
});

/**
 * `POST /v1/render`: the prompt that a request would give the model, without asking it. The body is one of Chat Completions
 * (`messages`), one of Responses (`input`), or a Harmony conversation (`conversation`, with the `next_role`, `"assistant"` if
 * it is left out, and none if it is null).
 */
export function serveRender(app: Hono, settings: Settings): void {
  app.post("/v1/render", async (context) => {
    const body = await readJson(context.req.raw);
    const fields = fieldsOf(body);
    if ("conversation" in fields) return context.json(ofConversation(checkBody(CONVERSATION, body), settings));
    const options = settings.readOptions();
    if ("messages" in fields) {
      const request = readChatCompletionRequest(withModel(body, settings), options);
      return context.json(await ofRequest(request, settings, context.req.raw.signal));
    }
    if ("input" in fields) {
      const request = readResponseRequest(withModel(body, settings), options);
      return context.json(await ofRequest(request, settings, context.req.raw.signal));
    }
    throw new ApiError("there is nothing to render: send messages, input, or a conversation", {
      code: "missing_required_parameter",
    });
  });
}

function ofConversation(body: z.infer<typeof CONVERSATION>, { encoding }: Settings): object {
  const conversation = Conversation.fromJSON(JSON.stringify(body.conversation));
  const options = { autoDropAnalysis: body.auto_drop_analysis ?? undefined };
  const next: Role | null = body.next_role === undefined ? "assistant" : body.next_role;
  const tokens =
    next === null
      ? encoding.renderConversation(conversation, options)
      : encoding.renderConversationForCompletion(conversation, next, options);
  return promptObject(tokens, encoding);
}

async function ofRequest(request: HarmonyRequest, settings: Settings, signal: AbortSignal): Promise<object> {
  const { encoding, engine, limits } = settings;
  let asked: EngineRequest | undefined;
  // In the place of the engine, one that only looks at what it is asked.
  const onlooker: Engine = {
    name: engine.name,
    constraints: engine.constraints,
    async *generate(engineRequest) {
      asked = engineRequest;
      yield { finish: "stop" };
    },
  };
  const { unsupported } = settings.readOptions();
  for await (const _event of new HarmonyReply(request, {
    engine: limitEngine(onlooker, limits),
    encoding,
    signal,
    unsupported,
  }));
  return {
    ...promptObject(asked!.tokens, encoding),
    stop_token_ids: asked!.stopTokens ?? null,
    max_tokens: asked!.maxTokens ?? null,
    is_constrained: asked!.constraint !== undefined,
    warnings: request.warnings,
  };
}

function promptObject(tokens: readonly number[], encoding: HarmonyEncoding): object {
  return {
    object: "harmony.prompt",
    token_count: tokens.length,
    tokens,
    text: encoding.decode(tokens),
    messages: countsByMessage(tokens, encoding),
  };
}

/** How many tokens each message has, and what stands behind the last: the beginning of the next. */
function countsByMessage(tokens: readonly number[], encoding: HarmonyEncoding): object[] {
  const [start] = encoding.encode("<|start|>", { allowedSpecial: "all" });
  const starts = tokens.flatMap((token, index) => (token === start ? [index] : []));
  return starts.map((from, index) => {
    const span = tokens.slice(from, starts[index + 1]);
    const [message] = encoding.parseMessagesFromCompletionTokens(span, null, { mode: "resilient" });
    if (message === undefined) return { role: null, token_count: span.length };
    const { role, name, recipient, channel } = message;
    return { role, name, recipient, channel, token_count: span.length };
  });
}
