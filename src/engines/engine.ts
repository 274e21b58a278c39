import type { HarmonyEncoding } from "../encoding.js";
import type { FinishReason } from "../parse/finish.js";
import type { Constraints } from "../turn/constraints/constraints.js";

/**
 * An inference engine: it is given the tokens of a prompt, and yields what the model writes. The clients of this entry are
 * engines, and so is any object with these members.
 */
export interface Engine {
  /** What errors call it, such as `"llama.cpp"`. */
  readonly name: string;
  /**
   * Which part of a request's `constraint` it takes; absent if it takes none. A request with a constraint is an error then,
   * since an answer that only looks constrained is worse than none.
   */
  readonly constraints?: "gbnf" | "structural-tag" | undefined;
  /**
   * Begins a completion.
   * @param signal Stops the model; the iteration then throws the signal's reason.
   * @returns What the model writes, as it writes it, and at last why it ended. Stopping early (`break`, `return()`) stops
   *   the model as well.
   * @throws EngineError, while it is iterated, for all that goes wrong with the engine.
   */
  generate(request: EngineRequest, signal?: AbortSignal): AsyncIterable<EngineOutput>;
}

/** What an engine is to do. */
export interface EngineRequest {
  /** The prompt: token ids, as `renderConversationForCompletion` and `HarmonySession.prompt` return them. */
  readonly tokens: readonly number[];
  /** What the tokens mean, for an engine that takes or gives text. */
  readonly encoding: HarmonyEncoding;
  /** The tokens at which the model has ended its turn. Default: return, call and endoftext. */
  readonly stopTokens?: readonly number[] | undefined;
  /**
   * How many tokens the model may write. Default: as many as the context holds. An engine's own default, which may be 16
   * or 128, is never used.
   */
  readonly maxTokens?: number | undefined;
  readonly sampling?: Sampling | undefined;
  /** What the model may write, as `constraintsFor` describes it. */
  readonly constraint?: Constraints | undefined;
}

/**
 * How the next token is chosen. What is absent is 1 for the temperature and off for everything else, as the model's
 * makers recommend, whatever the engine's own default is.
 */
export interface Sampling {
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly minP?: number | undefined;
  readonly seed?: number | undefined;
  readonly frequencyPenalty?: number | undefined;
  readonly presencePenalty?: number | undefined;
  readonly repetitionPenalty?: number | undefined;
  /** What is added to the logits, by token id. */
  readonly logitBias?: Readonly<Record<number, number>> | undefined;
}

/** What an engine yields: some of what the model wrote, or that it has ended, which comes once and is the last. */
export type EngineOutput = EngineTokens | EngineText | EngineFinish;

/** Tokens that the model wrote: never again those of an earlier output. */
export interface EngineTokens {
  readonly tokens: readonly number[];
  /**
   * Set where the engine has lost the ids, so that these are the tokens of the text that it gave instead. The model may
   * have written the same text in other tokens.
   */
  readonly isApproximate?: true;
}

/** Text that the model wrote, markers included, by an engine that gives no ids. It may end within a marker. */
export interface EngineText {
  readonly text: string;
}

/** Why a completion ended. */
export interface EngineFinish {
  /** In the engine's own word, as `finish({ reason })` of the parsers takes it. */
  readonly finish: FinishReason;
  /** What the engine counted; absent where it does not say. */
  readonly usage?: EngineUsage | undefined;
}

/** What an engine counted. Each is absent where the engine does not say. */
export interface EngineUsage {
  /** All tokens of the prompt. */
  readonly promptTokens?: number | undefined;
  /** Those of them that were in the engine's cache. */
  readonly cachedTokens?: number | undefined;
  /** The tokens that the model wrote, the stop token included. */
  readonly completionTokens?: number | undefined;
}
