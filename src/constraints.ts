/**
 * The entry for programs that constrain what a model writes: one description of a completion, in the form that each
 * engine takes. Nothing here needs the vocabulary.
 */
export { HARMONY_ERROR_CODES, HarmonyError, type HarmonyErrorCode, type HarmonyErrorPlace } from "./errors.js";
export { type Constraints, constraintsFor, type GbnfConstraint } from "./turn/constraints/constraints.js";
export type { LlamaCppGrammar, LlamaCppTrigger } from "./turn/constraints/gbnf.js";
export type { ConstraintNote } from "./turn/constraints/notes.js";
export type { ConstraintOptions, ResponseFormatOption, ToolChoice } from "./turn/constraints/options.js";
export type { StructuralTag, StructuralTagFormat } from "./turn/constraints/structural-tag.js";
export type { FirstPhase, SecondPhase, TwoPhase } from "./turn/constraints/two-phase.js";
