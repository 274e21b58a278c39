import type { JsonValue } from "../../json/value.js";
import {
  answerTypes,
  type Body,
  type Call,
  type Completion,
  callHeaders,
  callTypes,
  MARKERS_IN_CONTENT,
  NEXT_MESSAGE,
  THINKING_CHANNELS,
} from "./completion.js";

/** A structural tag of xgrammar: the `response_format` of a vLLM request, and as JSON text that of other engines. */
export interface StructuralTag {
  readonly type: "structural_tag";
  readonly format: StructuralTagFormat;
}

/** A piece of a structural tag, as far as the ones that are made here have it. */
export type StructuralTagFormat =
  | { readonly type: "const_string"; readonly value: string }
  | { readonly type: "json_schema"; readonly json_schema: JsonValue }
  | { readonly type: "regex"; readonly pattern: string }
  | { readonly type: "grammar"; readonly grammar: string }
  | { readonly type: "any_text"; readonly excludes: readonly string[] }
  | { readonly type: "sequence"; readonly elements: readonly StructuralTagFormat[] }
  | { readonly type: "or"; readonly elements: readonly StructuralTagFormat[] }
  | { readonly type: "star"; readonly content: StructuralTagFormat }
  | {
      readonly type: "tag";
      readonly begin: string;
      readonly content: StructuralTagFormat;
      readonly end: string;
    };

/**
 * A completion in xgrammar's current dialect, that of vLLM and SGLang.
 *
 * The tokens that end the completion are in none of its parts. xgrammar lets them through where the tag is complete, and
 * nowhere else; spelled out, the tag could only be fulfilled by ordinary tokens that spell a marker.
 */
export function structuralTag(completion: Completion): StructuralTag {
  const thinking = THINKING_CHANNELS.map((channel) =>
    tag(`<|channel|>${channel}<|message|>`, anyText(MARKERS_IN_CONTENT), "<|end|>"),
  );
  const format = sequence([star(sequence([or(thinking), constString(NEXT_MESSAGE)])), actions(completion)]);
  return { type: "structural_tag", format };
}

function actions(completion: Completion): StructuralTagFormat {
  const { calls, answer, isParallel } = completion;
  const actions: StructuralTagFormat[] = [];
  if (calls.length > 0) {
    const call = or(calls.map(callFormat));
    const next = sequence([or(CALL_ENDS.map((end) => constString(end + NEXT_MESSAGE))), call]);
    actions.push(isParallel ? sequence([call, star(next)]) : call);
  }
  if (answer !== undefined) actions.push(answerFormat(answer));
  return or(actions);
}

/** What ends a call that another one follows. */
export const CALL_ENDS: readonly string[] = ["<|call|>", "<|end|>"];

function callFormat({ recipient, body }: Call): StructuralTagFormat {
  return sequence([
    or(callHeaders(recipient).map(constString)),
    or(callTypes(body).map((type) => constString(`${type}<|message|>`))),
    bodyFormat(body),
  ]);
}

function answerFormat(body: Body): StructuralTagFormat {
  const headers = answerTypes(body).map((type) => constString(`<|channel|>final${type}<|message|>`));
  return sequence([or(headers), bodyFormat(body)]);
}

function bodyFormat(body: Body): StructuralTagFormat {
  return body.type === "text" ? anyText([...MARKERS_IN_CONTENT, "<|end|>"]) : boundBody(body);
}

/** A content that is not free text; both dialects say it in the same way. */
export function boundBody(body: Exclude<Body, { readonly type: "text" }>): StructuralTagFormat {
  switch (body.type) {
    case "json":
      return { type: "json_schema", json_schema: body.schema };
    case "regex":
      return { type: "regex", pattern: body.regex };
    case "choice":
      return or(body.choice.map(constString));
  }
}

export function constString(value: string): StructuralTagFormat {
  return { type: "const_string", value };
}

/** One of these; a single one stands for itself. */
export function or(elements: readonly StructuralTagFormat[]): StructuralTagFormat {
  return elements.length === 1 ? elements[0]! : { type: "or", elements };
}

export function sequence(elements: readonly StructuralTagFormat[]): StructuralTagFormat {
  return { type: "sequence", elements };
}

function star(content: StructuralTagFormat): StructuralTagFormat {
  return { type: "star", content };
}

function anyText(excludes: readonly string[]): StructuralTagFormat {
  return { type: "any_text", excludes };
}

function tag(begin: string, content: StructuralTagFormat, end: string): StructuralTagFormat {
  return { type: "tag", begin, content, end };
}
