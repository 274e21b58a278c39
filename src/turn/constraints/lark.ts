import { findMarker } from "../../special-tokens.js";
import {
  answerTypes,
  type Body,
  CALL_CHANNELS,
  type Call,
  type Completion,
  callTypes,
  NEXT_MESSAGE,
  THINKING_CHANNELS,
} from "./completion.js";

/**
 * A completion in llguidance's dialect of Lark. A marker is a reference to its token there, and no text can match one.
 *
 * The token that ends the completion may be spelled by the grammar or be taken for the end of the text; which of the
 * two it is depends on what the engine told llguidance, so both are allowed.
 */
export function lark(completion: Completion): string {
  const { calls, answer, isParallel } = completion;
  const actions = [...(calls.length > 0 ? ["calls"] : []), ...(answer !== undefined ? ["answer"] : [])];
  const lines = [
    `start: (thought next)* (${actions.join(" | ")})`,
    `next: ${spell(NEXT_MESSAGE)}`,
    `thought: ${spell("<|channel|>")} (${THINKING_CHANNELS.map(spell).join(" | ")}) ${spell("<|message|>")} TEXT ${spell("<|end|>")}`,
  ];
  if (calls.length > 0) {
    const more = isParallel ? " ((<|call|> | <|end|>) next call)*" : "";
    // The channel stands by itself: the lexer takes the longest text that fits, and never turns back.
    lines.push(`channel: ${spell("<|channel|>")} ${oneOf(CALL_CHANNELS)}`);
    lines.push(`calls: call${more} <|call|>?`, `call: ${calls.map((_, index) => `call_${index}`).join(" | ")}`);
    calls.forEach((call, index) => {
      lines.push(...callRules(call, index));
    });
  }
  if (answer !== undefined) {
    const header = `${spell("<|channel|>final")} ${oneOf(answerTypes(answer))} ${spell("<|message|>")}`;
    lines.push(`answer: ${header} content <|return|>?`, `content: ${bodyRule(answer)}`);
  }
  return [...lines, "TEXT: /(.|\\n)*/", ""].join("\n");
}

function callRules({ recipient, body }: Call, index: number): string[] {
  return [
    `call_${index}: (to_${index} channel | channel to_${index}) ${oneOf(callTypes(body))} ${spell("<|message|>")} arguments_${index}`,
    `to_${index}: ${spell(` to=${recipient}`)}`,
    `arguments_${index}: ${bodyRule(body)}`,
  ];
}

function bodyRule(body: Body): string {
  switch (body.type) {
    case "text":
      return "TEXT";
    case "json":
      return `%json ${JSON.stringify(body.schema)}`;
    case "regex":
      return `/${body.regex.replace(/\\?\//g, "\\/").replaceAll("\n", "\\n")}/`;
    case "choice":
      return body.choice.map(spell).join(" | ");
  }
}

function oneOf(texts: readonly string[]): string {
  return `(${texts.map(spell).join(" | ")})`;
}

/** A text with its markers as references to tokens. */
function spell(text: string): string {
  const parts: string[] = [];
  let index = 0;
  for (let marker = findMarker(text); marker !== undefined; marker = findMarker(text, index)) {
    if (marker.index > index) parts.push(JSON.stringify(text.slice(index, marker.index)));
    parts.push(marker.text);
    index = marker.index + marker.text.length;
  }
  if (index < text.length || parts.length === 0) parts.push(JSON.stringify(text.slice(index)));
  return parts.join(" ");
}
