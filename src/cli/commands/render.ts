import { Conversation, type RenderPartsOptions, renderConversationParts, renderConversationText } from "../../text.js";
import { UsageError } from "../failures.js";
import type { Run, Settings } from "../io.js";
import { isColored, painter } from "../output/color.js";
import { partsView } from "../output/views.js";
import type { Handler } from "../work/handler.js";
import { runRecords } from "../work/run-records.js";
import { renderingOptions } from "./rendering-options.js";

export const run: Run = async (invocation) => {
  const { settings, io } = invocation;
  if (settings.flag("training") && settings.text("completion") !== undefined) {
    throw new UsageError("--training and --completion exclude each other; give one of them");
  }
  if (settings.flag("parts") && settings.text("format") !== "json") {
    throw new UsageError("--parts needs --format json");
  }
  // Threads cannot see the terminal.
  const color = isColored(settings, io) ? "always" : "never";
  const decided = settings.with("color", color);
  return await runRecords(
    { ...invocation, settings: decided },
    { handler: await createHandler(decided), accepted: ["json", "jsonl"], noun: ["conversation", "conversations"] },
  );
};

export async function createHandler(settings: Settings): Promise<Handler> {
  const options = renderingOptions(settings);
  switch (settings.text("format")) {
    case "text":
      return {
        handle({ text, format }, results) {
          const rendered = renderConversationText(Conversation.fromJSON(text), options);
          results.write(format === "jsonl" ? `${JSON.stringify(rendered)}\n` : rendered);
        },
      };
    case "view": {
      const paint = painter(settings.text("color") === "always");
      return {
        handle({ text }, results) {
          results.write(`${partsView(renderConversationParts(Conversation.fromJSON(text), options), paint)}\n`);
        },
      };
    }
    default:
      return await tokensHandler(settings, options);
  }
}

async function tokensHandler(settings: Settings, options: RenderPartsOptions): Promise<Handler> {
  const { loadHarmonyEncoding } = await import("../../index.js");
  const encoding = loadHarmonyEncoding();
  const format = settings.text("format");
  const hasParts = settings.flag("parts");
  return {
    handle({ text }, results) {
      const conversation = Conversation.fromJSON(text);
      const { tokens, parts } = hasParts
        ? encoding.renderConversationWithParts(conversation, options)
        : { tokens: tokensOf(conversation), parts: undefined };
      results.count("tokens", tokens.length);
      if (parts !== undefined) results.write(`${JSON.stringify({ tokens, parts })}\n`);
      else if (format === "ids") results.write(`${tokens.join(" ")}\n`);
      else if (format === "json") results.write(`[${tokens.join(",")}]\n`);
      else results.write(littleEndian(tokens));
    },
  };

  function tokensOf(conversation: Conversation): number[] {
    const { nextTurnRole, training, ...others } = options;
    if (nextTurnRole !== undefined) return encoding.renderConversationForCompletion(conversation, nextTurnRole, others);
    if (training === true) return encoding.renderConversationForTraining(conversation, others);
    return encoding.renderConversation(conversation, others);
  }
}

function littleEndian(tokens: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * tokens.length);
  const view = new DataView(bytes.buffer);
  for (const [index, token] of tokens.entries()) view.setUint32(4 * index, token, true);
  return bytes;
}
