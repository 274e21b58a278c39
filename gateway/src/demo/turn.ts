import type { Situation } from "./situation.js";

/** How much of what it was told the demonstration repeats, in UTF-16 units. */
const LONGEST_QUOTE = 400;

/** What a model would write behind a prompt, markers included. */
export function writeTurn(situation: Situation): string {
  const { call, form, isWithinMessage } = situation;
  if (isWithinMessage) return " … and here the demonstration goes on with what was begun.<|return|>";
  const thoughts = `<|channel|>analysis<|message|>${thoughtOf(situation)}<|end|><|start|>assistant`;
  if (call !== undefined) {
    const type = call.input.startsWith("{") ? " <|constrain|>json" : "";
    return `${thoughts}<|channel|>commentary to=${call.tool}${type}<|message|>${call.input}<|call|>`;
  }
  if (form !== undefined) return `${thoughts}<|channel|>final <|constrain|>json<|message|>${form}<|return|>`;
  return `${thoughts}<|channel|>final<|message|>${answerOf(situation)}<|return|>`;
}

function thoughtOf({ call, result, form }: Situation): string {
  const what = "This is where a model thinks. I am a script, so I only follow my rule:";
  if (call !== undefined) return `${what} a tool is declared, so I call ${call.tool} once.`;
  if (result !== undefined) return `${what} ${result.tool} has answered, so I say what it gave back.`;
  if (form !== undefined) return `${what} a form is asked for, so I write the least that fits it.`;
  return `${what} I say what I was asked.`;
}

function answerOf({ question, turns, promptTokens, result }: Situation): string {
  const lines = [
    "This is a demonstration: no model is running, and a script answers in its place.",
    `You said: “${quote(question)}”`,
    `It is message ${turns} of yours, and the prompt that a model would have read has ${promptTokens} tokens.`,
  ];
  if (result !== undefined) lines.push(`The tool ${result.tool} gave back: “${quote(result.text)}”`);
  lines.push("For answers of gpt-oss, start the gateway with --upstream and the address of an engine.");
  return lines.join("\n\n");
}

/** Words of others, cut where they are long; a marker in them is not one of the demonstration's own. */
function quote(text: string): string {
  const cut = text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE).trimEnd()} …`;
  return cut.replaceAll("<|", "< |");
}
