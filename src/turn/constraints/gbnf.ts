import { findMarker, SPECIAL_TOKENS } from "../../special-tokens.js";
import {
  answerTypes,
  type Body,
  CALL_CHANNELS,
  type Call,
  type Completion,
  callHeaders,
  callTypes,
  NEXT_MESSAGE,
  THINKING_CHANNELS,
} from "./completion.js";
import type { ConstraintNote } from "./notes.js";
import { SchemaConverter } from "./schema/convert.js";
import { literal, oneOf } from "./schema/gbnf-text.js";
import { regexRule } from "./schema/pattern.js";
import { Rules } from "./schema/rules.js";

/** What llama-server's `/completion` takes for a grammar: these fields, beside `prompt` and the others. */
export interface LlamaCppGrammar {
  readonly grammar: string;
  /** Whether the grammar sleeps until one of the triggers is met. */
  readonly grammar_lazy: boolean;
  readonly grammar_triggers: readonly LlamaCppTrigger[];
  /** Markers that come in the text of the response; without this, those of the stop tokens do not. */
  readonly preserved_tokens: readonly string[];
}

/** A regular expression that wakes a lazy grammar. What its group matched is the first that the grammar sees. */
export interface LlamaCppTrigger {
  /** llama.cpp's number for a pattern that is searched for in all the text so far. */
  readonly type: 2;
  readonly value: string;
}

/** How a grammar spells a marker: by the id of its token, or as a text, which ordinary tokens can spell as well. */
export type MarkerSpelling = "id" | "text";

/** Which part of a completion a grammar describes. */
export type GrammarPart = "completion" | "thinking" | "calls" | "text";

/** A completion, or a part of one, as a GBNF grammar. */
export function gbnf(
  completion: Completion,
  part: GrammarPart,
  markers: MarkerSpelling,
  notes: ConstraintNote[],
): string {
  return new CompletionGrammar(completion, markers, notes).write(part);
}

/** The markers that a response should show: all that a header or the end of a message consists of. */
export const PRESERVED_TOKENS: readonly string[] = [
  "<|start|>",
  "<|channel|>",
  "<|constrain|>",
  "<|message|>",
  "<|end|>",
  "<|call|>",
  "<|return|>",
];

/**
 * Wake a lazy grammar when the header of a call has begun, at the beginning of the completion or of a later message.
 * They are llama.cpp's own for this model, and take a call on the final channel, too.
 */
export const CALL_TRIGGERS: readonly LlamaCppTrigger[] = ["^", "<\\|start\\|>assistant"].flatMap((before) => {
  const end = before === "^" ? "$" : "";
  return [`(\\s+to)`, `(<\\|channel\\|>(?:${CALL_CHANNELS.join("|")})\\s+to)`].map(
    (header): LlamaCppTrigger => ({ type: 2, value: `${before}${header}${end}` }),
  );
});

class CompletionGrammar {
  readonly #completion: Completion;
  readonly #markers: MarkerSpelling;
  readonly #notes: ConstraintNote[];
  readonly #rules = new Rules();
  /** The name of the rule for text, once there is one. */
  #textRule: string | undefined;

  constructor(completion: Completion, markers: MarkerSpelling, notes: ConstraintNote[]) {
    this.#completion = completion;
    this.#markers = markers;
    this.#notes = notes;
  }

  write(part: GrammarPart): string {
    const root = this.#rules.reserve("root");
    this.#rules.define(root, this.#part(part));
    return this.#rules.toString();
  }

  #part(part: GrammarPart): string {
    switch (part) {
      case "thinking":
        return this.#thinking();
      case "calls":
        return this.#calls();
      case "text":
        return this.#text();
      case "completion": {
        const { calls, answer } = this.#completion;
        const actions = calls.length > 0 ? [this.#rules.add("calls", this.#calls())] : [];
        if (answer !== undefined) actions.push(this.#rules.add("answer", this.#answer(answer)));
        return `${this.#thinking()} ${oneOf(actions)}`;
      }
    }
  }

  #thinking(): string {
    const channel = oneOf(THINKING_CHANNELS.map(literal));
    const header = `${this.#spell("<|channel|>")} ${channel} ${this.#spell("<|message|>")}`;
    const thought = this.#rules.add("thought", `${header} ${this.#text()} ${this.#spell("<|end|>")}`);
    return `(${thought} ${this.#next()})*`;
  }

  #calls(): string {
    const { calls, isParallel } = this.#completion;
    const call = this.#rules.add("call", oneOf(calls.map((one) => this.#call(one))));
    // llama.cpp stops at the call token whatever the grammar says, so a call that another one follows ends with end.
    return isParallel ? `${call} (${this.#spell("<|end|>")} ${this.#next()} ${call})*` : call;
  }

  #call({ recipient, body }: Call): string {
    const header = oneOf(callHeaders(recipient).map((text) => this.#spell(text)));
    const types = oneOf(callTypes(body).map((text) => this.#spell(text)));
    const content = this.#body(body, `${recipient}-arguments`);
    const parts = [header, this.#rules.add("call-type", types), this.#spell("<|message|>"), content];
    return this.#rules.add(`call-${recipient}`, parts.join(" "));
  }

  #answer(body: Body): string {
    const types = oneOf(answerTypes(body).map((text) => this.#spell(text)));
    const header = `${this.#spell("<|channel|>final")} ${this.#rules.add("answer-type", types)}`;
    return `${header} ${this.#spell("<|message|>")} ${this.#body(body, "answer-content")}`;
  }

  #body(body: Body, name: string): string {
    switch (body.type) {
      case "text":
        return this.#text();
      case "json":
        return new SchemaConverter(body.schema, body.path, this.#rules, this.#notes).convert(name);
      case "regex":
        return regexRule(body.regex, body.path, this.#rules);
      case "choice":
        return this.#rules.add("choice", oneOf(body.choice.map(literal)));
    }
  }

  #next(): string {
    return this.#rules.add("next-message", this.#spell(NEXT_MESSAGE));
  }

  /**
   * Text without markers. To llama.cpp a character class takes a special token, too, if its marker fits; so no letter
   * may follow `<|`.
   */
  #text(): string {
    const rules = this.#rules;
    if (this.#textRule !== undefined) return this.#textRule;
    const [text, afterLess, afterMarkerStart] = ["text", "text-after-less", "text-after-marker-start"].map((name) =>
      rules.reserve(name),
    );
    rules.define(text!, `[^<] ${text} | "<" ${afterLess} | ""`);
    rules.define(afterLess!, `[^<|] ${text} | "<" ${afterLess} | "|" ${afterMarkerStart} | ""`);
    rules.define(afterMarkerStart!, `[^<a-z] ${text} | "<" ${afterLess} | ""`);
    this.#textRule = text!;
    return text!;
  }

  /** A text with its markers as tokens. */
  #spell(text: string): string {
    if (this.#markers === "text") return literal(text);
    const parts: string[] = [];
    let index = 0;
    for (let marker = findMarker(text); marker !== undefined; marker = findMarker(text, index)) {
      if (marker.index > index) parts.push(literal(text.slice(index, marker.index)));
      parts.push(`<[${SPECIAL_TOKENS.get(marker.text)!}]>`);
      index = marker.index + marker.text.length;
    }
    if (index < text.length || parts.length === 0) parts.push(literal(text.slice(index)));
    return parts.join(" ");
  }
}
