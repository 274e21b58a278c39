import { Conversation, loadHarmonyEncoding } from "../../index.js";
import type { Run, Settings } from "../io.js";
import type { Handler } from "../work/handler.js";
import { runRecords } from "../work/run-records.js";
import { renderingOptions } from "./rendering-options.js";

export const run: Run = (invocation) =>
  runRecords(invocation, {
    handler: createHandler(invocation.settings),
    accepted: ["json", "jsonl", "text"],
    noun: ["record", "records"],
  });

/** The tokens of one message. */
interface MessageCount {
  role: string;
  tokens: number;
  header?: number;
  content?: number;
  terminator?: number;
}

export function createHandler(settings: Settings): Handler {
  const encoding = loadHarmonyEncoding();
  const options = renderingOptions(settings);
  const by = settings.text("by");
  const isJson = settings.text("format") === "json";
  return {
    handle({ text, format }, results) {
      if (format === "text") {
        const tokens = encoding.countTokens(text);
        results.count("tokens", tokens);
        results.write(isJson ? `${JSON.stringify({ tokens })}\n` : `${tokens}\n`);
        return;
      }
      const conversation = Conversation.fromJSON(text);
      if (by === "total") {
        const tokens = encoding.countConversationTokens(conversation, options);
        results.count("tokens", tokens);
        results.write(isJson ? `${JSON.stringify({ tokens })}\n` : `${tokens}\n`);
        return;
      }
      const messages = by === "message" ? byMessage(conversation) : bySection(conversation);
      const next = messages.length > conversation.messages.length ? messages.pop()!.tokens : undefined;
      const tokens = messages.reduce((sum, message) => sum + message.tokens, next ?? 0);
      results.count("tokens", tokens);
      const counted = { tokens, messages, ...(next === undefined ? {} : { next }) };
      results.write(isJson ? `${JSON.stringify(counted)}\n` : table(messages, next, tokens));
    },
  };

  function byMessage(conversation: Conversation): MessageCount[] {
    const counts = encoding.countTokensByMessage(conversation, options);
    return counts.map((tokens, index) => ({ role: conversation.messages[index]?.role ?? "", tokens }));
  }

  function bySection(conversation: Conversation): MessageCount[] {
    const { parts } = encoding.renderConversationWithParts(conversation, options);
    const messages = conversation.messages.map(
      ({ role }): MessageCount => ({ role, tokens: 0, header: 0, content: 0, terminator: 0 }),
    );
    if (options.nextTurnRole !== undefined) messages.push({ role: "", tokens: 0 });
    for (const { message, section, span } of parts) {
      const count = messages[message]!;
      const tokens = span[1] - span[0];
      count.tokens += tokens;
      count[section] = (count[section] ?? 0) + tokens;
    }
    return messages;
  }
}

function table(messages: readonly MessageCount[], next: number | undefined, total: number): string {
  const rows = messages.map((message, index) => {
    const { header, content, terminator } = message;
    const sections =
      header === undefined ? [] : [`header ${header}`, `content ${content ?? 0}`, `terminator ${terminator ?? 0}`];
    return [String(index), message.role, String(message.tokens), ...sections];
  });
  if (next !== undefined) rows.push(["", "next", String(next)]);
  rows.push(["", "total", String(total)]);
  return rows.map(([index, role, tokens, ...sections]) => line(index!, role!, tokens!, sections)).join("");
}

function line(index: string, role: string, tokens: string, sections: readonly string[]): string {
  const detail = sections.length === 0 ? "" : `  ${sections.join(", ")}`;
  return `${index.padStart(4)}  ${role.padEnd(9)}  ${tokens.padStart(8)}${detail}\n`;
}
