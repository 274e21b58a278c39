import { answerTypes, type Body, type Call, type Completion, callHeaders, callTypes } from "./completion.js";
import { type GrammarPart, gbnf } from "./gbnf.js";
import {
  boundBody,
  constString,
  or,
  type StructuralTag,
  type StructuralTagFormat,
  sequence,
} from "./structural-tag.js";

/**
 * A completion in the older dialect of xgrammar's structural tags: that of WebLLM, which has no `star`, and whose
 * `any_text` cannot leave anything out. What needs these is put in as a grammar.
 */
export function structuralTagLegacy(completion: Completion): StructuralTag {
  const { calls, answer, isParallel } = completion;
  const grammar = (part: GrammarPart): StructuralTagFormat => ({
    type: "grammar",
    // What is not enforced has been noted with the grammar for llama.cpp.
    grammar: gbnf(completion, part, "text", []),
  });
  const bodyFormat = (body: Body): StructuralTagFormat => (body.type === "text" ? grammar("text") : boundBody(body));
  const callFormat = ({ recipient, body }: Call): StructuralTagFormat =>
    sequence([
      or(callHeaders(recipient).map(constString)),
      or(callTypes(body).map((type) => constString(`${type}<|message|>`))),
      bodyFormat(body),
    ]);

  const actions: StructuralTagFormat[] = [];
  if (calls.length > 0) actions.push(isParallel ? grammar("calls") : or(calls.map(callFormat)));
  if (answer !== undefined) {
    const headers = answerTypes(answer).map((type) => constString(`<|channel|>final${type}<|message|>`));
    actions.push(sequence([or(headers), bodyFormat(answer)]));
  }
  return { type: "structural_tag", format: sequence([grammar("thinking"), or(actions)]) };
}
