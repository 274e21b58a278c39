import { HarmonyError, StreamableParser } from "harmony-format";
import { ApiError } from "harmony-format/client";
import type { Hono } from "hono";
import { z } from "zod";
import { readJson } from "../http/body.js";
import type { Settings } from "../settings/options.js";
import { checkBody, TOKENS } from "./body-schema.js";

const BODY = z.strictObject({
  tokens: z.union([TOKENS, z.tuple([])]).optional(),
  text: z.string().optional(),
  role: z.enum(["assistant", "user", "system", "developer", "tool"]).nullish(),
  mode: z.enum(["resilient", "strict"]).optional(),
  tools: z.array(z.string().min(1)).optional(),
  finish_reason: z.string().nullish(),
});

/**
 * `POST /v1/parse`: what a model wrote, as messages, and where it departs from the format. The body has `tokens`, or a `text`
 * whose markers are tokens; `role` says whose message it begins in (`"assistant"` if it is left out; null for a text that
 * begins with a start token, such as a whole prompt). With `mode: "strict"` a departure is an error.
 */
export function serveParse(app: Hono, { encoding }: Settings): void {
  app.post("/v1/parse", async (context) => {
    const body = checkBody(BODY, await readJson(context.req.raw));
    const { tokens, text, tools, mode = "resilient", role = "assistant" } = body;
    if ((tokens === undefined) === (text === undefined)) {
      throw new ApiError("send what is to be parsed as tokens or as text, one of the two", {
        code: "missing_required_parameter",
      });
    }
    const given = tokens ?? encoding.encode(text!, { allowedSpecial: "all" });
    const isStrict = mode === "strict";
    const parser = new StreamableParser(encoding, role, isStrict ? { mode } : { mode, tools });
    try {
      parser.push(given);
      if (isStrict) parser.processEos();
      else parser.finish({ reason: body.finish_reason ?? undefined });
    } catch (error) {
      if (!(error instanceof HarmonyError)) throw error;
      const place = error.tokenIndex === undefined ? "" : `token ${error.tokenIndex}: `;
      throw new ApiError(`${place}${error.message}`, {
        param: tokens === undefined ? "text" : "tokens",
        code: error.code,
        cause: error,
      });
    }
    return context.json({
      object: "harmony.messages",
      token_count: given.length,
      messages: parser.messages,
      diagnostics: parser.diagnostics,
    });
  });
}
