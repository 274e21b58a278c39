import { STOP_TOKEN_IDS, STOP_TOKEN_IDS_FOR_PARALLEL_CALLS } from "./completion.js";
import { CALL_TRIGGERS, gbnf, type LlamaCppGrammar, PRESERVED_TOKENS } from "./gbnf.js";
import { lark } from "./lark.js";
import type { ConstraintNote } from "./notes.js";
import { type ConstraintOptions, completionOf } from "./options.js";
import { type StructuralTag, structuralTag } from "./structural-tag.js";
import { structuralTagLegacy } from "./structural-tag-legacy.js";
import { type TwoPhase, twoPhase } from "./two-phase.js";

/** One constraint, as each engine takes it. All of it is plain data that JSON can hold. */
export interface Constraints {
  /** For vLLM and SGLang: a structural tag in xgrammar's current dialect. */
  readonly structuralTag: StructuralTag;
  /** For WebLLM: the same in xgrammar's older dialect. */
  readonly structuralTagLegacy: StructuralTag;
  /** For llama.cpp and what is built on it. */
  readonly gbnf: GbnfConstraint;
  /** For llguidance: a Lark grammar. */
  readonly lark: string;
  /** The tokens at which the engine has to stop. The end of a message in between, `<|end|>`, is not one of them. */
  readonly stopTokenIds: readonly number[];
  /**
   * For engines that constrain no more than a message's content: the model thinks first, then its header is written for
   * it. Absent where there is nothing to constrain, or more than one kind of message may follow.
   */
  readonly twoPhase?: TwoPhase;
  /** What the grammars in GBNF let through though a schema forbids it. The other artefacts hold the schemas themselves. */
  readonly notes: readonly ConstraintNote[];
}

/** A constraint for llama.cpp. */
export interface GbnfConstraint {
  /** For the whole completion. Markers are tokens by id, so ordinary tokens that spell one do not pass for it. */
  readonly strict: LlamaCppGrammar;
  /**
   * Leaves the model alone until it begins a call, and costs no time before. Absent where an answer is constrained as
   * well, or the model must call a tool.
   */
  readonly lazy?: LlamaCppGrammar;
  /** The strict grammar with markers as text, for programs whose grammars know no tokens. */
  readonly text: string;
}

/**
 * Constrains what follows a prompt that ends in `<|start|>assistant`: any number of analysis messages and preambles, then
 * calls of the declared tools with valid arguments, or an answer of the given form. Every way in which models write
 * the header of a call is allowed.
 *
 * @throws TypeError for an unknown option, a value of the wrong type, or a tool choice that no tool fits.
 * @throws HarmonyError `unsupported-schema` or `invalid-tool-name`, with the path in the options; or as the constructor
 *   of a `ToolDescription` does.
 */
export function constraintsFor(options: ConstraintOptions = {}): Constraints {
  const completion = completionOf(options);
  const { calls, answer, isParallel } = completion;
  const notes: ConstraintNote[] = [];
  const strict = llamaCpp(gbnf(completion, "completion", "id", notes), false);
  const isLazy = calls.length > 0 && answer?.type === "text";
  const recipe = twoPhase(completion);
  return {
    structuralTag: structuralTag(completion),
    structuralTagLegacy: structuralTagLegacy(completion),
    gbnf: {
      strict,
      ...(isLazy ? { lazy: llamaCpp(gbnf(completion, "calls", "id", []), true) } : {}),
      text: gbnf(completion, "completion", "text", []),
    },
    lark: lark(completion),
    stopTokenIds: isParallel && calls.length > 0 ? STOP_TOKEN_IDS_FOR_PARALLEL_CALLS : STOP_TOKEN_IDS,
    ...(recipe === undefined ? {} : { twoPhase: recipe }),
    notes,
  };
}

function llamaCpp(grammar: string, isLazy: boolean): LlamaCppGrammar {
  return {
    grammar,
    grammar_lazy: isLazy,
    grammar_triggers: isLazy ? CALL_TRIGGERS : [],
    preserved_tokens: PRESERVED_TOKENS,
  };
}
