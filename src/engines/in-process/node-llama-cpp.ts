import { checkOptions, showValue } from "../../options.js";
import { SpecialToken } from "../../special-tokens.js";
import { STOP_TOKEN_IDS } from "../../turn/constraints/completion.js";
import type { Engine, EngineOutput, EngineRequest } from "../engine.js";
import { EngineError } from "../engine-error.js";
import { takeTurn } from "./one-at-a-time.js";

/** What {@link nodeLlamaCpp} needs of node-llama-cpp's `LlamaContextSequence`, which `context.getSequence()` returns. */
export interface NodeLlamaCppSequence {
  /** How many tokens the sequence can hold. */
  readonly contextSize: number;
  /** How many tokens it holds. */
  readonly nextTokenIndex: number;
  adaptStateToTokens(tokens: number[], allowShift?: boolean): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: number[]): Promise<void>;
  evaluate(tokens: number[], options?: NodeLlamaCppEvaluateOptions): AsyncGenerator<number, void, void>;
}

/** What is passed to the sequence's `evaluate`. */
export interface NodeLlamaCppEvaluateOptions {
  temperature?: number;
  topK?: number | null;
  topP?: number;
  minP?: number;
  seed?: number;
  yieldEogToken?: boolean;
  repeatPenalty?: {
    punishTokens: number[] | (() => number[]);
    maxPunishTokens?: number;
    penalty?: number;
    frequencyPenalty?: number;
    presencePenalty?: number;
  };
  // biome-ignore lint/suspicious/noExplicitAny: it is whatever the caller's own functions make, and only passed on.
  tokenBias?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  grammarEvaluationState?: any;
}

/** What {@link nodeLlamaCpp} needs of node-llama-cpp's `TokenBias`. */
export interface NodeLlamaCppTokenBias {
  /** A token is a number; node-llama-cpp's types have a name of their own for it. */
  set(token: never, bias: { logit: number }): unknown;
}

/** The parts of node-llama-cpp that only its own classes can make. */
export interface NodeLlamaCppOptions {
  /**
   * Makes the state of a grammar; without it, the engine takes no constraint. It is called once for each completion:
   *
   *     async (gbnf) => {
   *       const grammar = await llama.createGrammar({ grammar: gbnf });
   *       return new LlamaGrammarEvaluationState({ model, grammar });
   *     }
   */
  readonly createGrammarState?: ((gbnf: string) => unknown) | undefined;
  /** Makes an empty bias; without it, the engine takes no `logitBias`: `() => TokenBias.for(model)`. */
  readonly createTokenBias?: (() => NodeLlamaCppTokenBias) | undefined;
}

const NAME = "node-llama-cpp";

/** How many tokens of a prompt are evaluated before it is looked whether somebody wants to stop. */
const TOKENS_AT_A_TIME = 512;

/** Of how many of the last tokens the penalties know. llama.cpp counts them again for every token. */
const PENALISED_TOKENS = 1024;

/** The tokens at which llama.cpp ends a grammar. */
const GRAMMAR_ENDS: readonly number[] = STOP_TOKEN_IDS;

/** The special tokens that a grammar may ask for. Any other takes down the process. */
const TOKENS_FOR_GRAMMARS: readonly number[] = [
  SpecialToken.START,
  SpecialToken.CHANNEL,
  SpecialToken.CONSTRAIN,
  SpecialToken.MESSAGE,
  SpecialToken.END,
];

/**
 * llama.cpp in the process, by node-llama-cpp (3.22 and later): tokens go straight into a context sequence, and come
 * straight from it. What the sequence holds already of a prompt is not evaluated again.
 *
 * A sequence writes one completion at a time: others wait for it, also those of another engine on the same sequence. For
 * several at once, make a context with several `sequences` and an engine for each.
 *
 * The model never forgets the beginning of a prompt to make room, as the sequence does by itself: a completion that fills
 * the context ends with `length`, and a prompt that does not fit is an error.
 *
 * @throws TypeError for what is not a sequence, and for an unknown option or one of the wrong type.
 */
export function nodeLlamaCpp(sequence: NodeLlamaCppSequence, options: NodeLlamaCppOptions = {}): Engine {
  if (typeof (sequence as Partial<NodeLlamaCppSequence> | undefined)?.adaptStateToTokens !== "function") {
    throw new TypeError(
      `nodeLlamaCpp: sequence must be a LlamaContextSequence, as context.getSequence() returns, not ${showValue(sequence)}`,
    );
  }
  checkOptions(
    options,
    ["createGrammarState", "createTokenBias"] satisfies (keyof NodeLlamaCppOptions)[],
    "nodeLlamaCpp",
  );
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && typeof value !== "function") {
      throw new TypeError(`${name} must be a function, not ${showValue(value)}`);
    }
  }
  return {
    name: NAME,
    ...(options.createGrammarState === undefined ? {} : { constraints: "gbnf" as const }),
    generate: (request, signal) => generate(sequence, options, request, signal),
  };
}

async function* generate(
  sequence: NodeLlamaCppSequence,
  options: NodeLlamaCppOptions,
  request: EngineRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<EngineOutput, void, undefined> {
  const { tokens, maxTokens = Number.POSITIVE_INFINITY, stopTokens = STOP_TOKEN_IDS, constraint } = request;
  const written: number[] = [];
  // The last place is never used: the sequence would shift its context first.
  const room = sequence.contextSize - 1 - tokens.length;
  if (tokens.length === 0) throw new EngineError("refused", "the prompt holds no tokens", { engine: NAME });
  if (room < 0) {
    const limit = `${sequence.contextSize - 1} tokens fit, and the prompt has ${tokens.length}`;
    throw new EngineError("refused", `${limit}; drop messages, or give the context more room`, { engine: NAME });
  }
  const evaluateOptions = samplingOptions(request, options, written);
  if (constraint !== undefined) {
    evaluateOptions.grammarEvaluationState = await grammarState(constraint.gbnf.strict.grammar, options);
  }
  const ends = new Set(constraint === undefined ? stopTokens : [...stopTokens, ...GRAMMAR_ENDS]);
  // One more token fits than evaluated ones: the last is not evaluated.
  const limit = Math.min(maxTokens, room + 1);

  const leave = await takeTurn(sequence, signal);
  let sampling: AsyncGenerator<number, void, void> | undefined;
  try {
    // At least one token has to be evaluated, so the last one is taken back even if the sequence holds it.
    await working(sequence.adaptStateToTokens(tokens.slice(0, -1), false));
    const cachedTokens = sequence.nextTokenIndex;
    let rest = tokens.slice(cachedTokens);
    for (; rest.length > TOKENS_AT_A_TIME; rest = rest.slice(TOKENS_AT_A_TIME)) {
      signal?.throwIfAborted();
      await working(sequence.evaluateWithoutGeneratingNewTokens(rest.slice(0, TOKENS_AT_A_TIME)));
    }
    sampling = sequence.evaluate(rest, evaluateOptions);
    let finish = "length";
    while (written.length < limit) {
      signal?.throwIfAborted();
      const next = await working(sampling.next());
      signal?.throwIfAborted();
      if (next.done === true) {
        const message = "evaluation ended although the model did not end its turn";
        throw new EngineError("interrupted", message, { engine: NAME });
      }
      written.push(next.value);
      yield { tokens: [next.value] };
      if (!ends.has(next.value)) continue;
      finish = "stop";
      break;
    }
    signal?.throwIfAborted();
    yield { finish, usage: { promptTokens: tokens.length, cachedTokens, completionTokens: written.length } };
  } finally {
    try {
      await sampling?.return();
    } finally {
      leave();
    }
  }
}

/** What something resolves to that node-llama-cpp does. */
async function working<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (cause) {
    throw failure(cause);
  }
}

function failure(cause: unknown): EngineError {
  const message = cause instanceof Error ? cause.message : showValue(cause);
  return new EngineError("failed", message, { engine: NAME, cause });
}

function samplingOptions(
  { sampling = {} }: EngineRequest,
  { createTokenBias }: NodeLlamaCppOptions,
  written: readonly number[],
): NodeLlamaCppEvaluateOptions {
  const { temperature = 1, topK = 0, topP = 1, minP = 0, logitBias } = sampling;
  const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0 } = sampling;
  // Its own default is the second of the clock, so that two completions begun in the same one would be equal.
  const { seed = Math.floor(Math.random() * 2 ** 32) } = sampling;
  const options: NodeLlamaCppEvaluateOptions = {
    temperature,
    // 0 is off as well, but sorts the whole vocabulary for every token, which takes longer than many a model does.
    topK: topK === 0 ? null : topK,
    topP,
    minP,
    seed,
    yieldEogToken: true,
  };
  if (repetitionPenalty !== 1 || frequencyPenalty !== 0 || presencePenalty !== 0) {
    const penalties = { penalty: repetitionPenalty, frequencyPenalty, presencePenalty };
    const punishTokens = (): number[] => written.slice(-PENALISED_TOKENS);
    options.repeatPenalty = { punishTokens, maxPunishTokens: PENALISED_TOKENS, ...penalties };
  }
  if (logitBias !== undefined && Object.keys(logitBias).length > 0) {
    if (createTokenBias === undefined) {
      const remedy = "pass the option createTokenBias: () => TokenBias.for(model)";
      throw new EngineError("unsupported", `sampling.logitBias needs node-llama-cpp's own class; ${remedy}`, {
        engine: NAME,
      });
    }
    const bias = createTokenBias();
    for (const [token, logit] of Object.entries(logitBias)) {
      if (GRAMMAR_ENDS.includes(Number(token))) {
        const message = `sampling.logitBias[${token}]: node-llama-cpp ignores a bias of tokens that end a turn`;
        throw new EngineError("unsupported", message, { engine: NAME });
      }
      bias.set(Number(token) as never, { logit });
    }
    options.tokenBias = bias;
  }
  return options;
}

async function grammarState(
  grammar: string,
  { createGrammarState }: NodeLlamaCppOptions,
): Promise<NonNullable<unknown>> {
  if (createGrammarState === undefined) {
    const message = "constraint needs node-llama-cpp's own classes; pass the option createGrammarState";
    throw new EngineError("unsupported", message, { engine: NAME });
  }
  const fatal = tokensInGrammar(grammar).find(
    (token) => token >= SpecialToken.ENDOFTEXT && !TOKENS_FOR_GRAMMARS.includes(token),
  );
  if (fatal !== undefined) {
    const message = `constraint: llama.cpp ends the process over the token ${fatal} in a grammar; leave out what ends a turn`;
    throw new EngineError("unsupported", message, { engine: NAME });
  }
  let state: unknown;
  try {
    state = await createGrammarState(grammar);
  } catch (cause) {
    throw failure(cause);
  }
  if (typeof state === "object" && state !== null) return state;
  throw new TypeError(`createGrammarState must return a LlamaGrammarEvaluationState, not ${showValue(state)}`);
}

/** The tokens that a grammar names by id, as in `<[200008]>` and `!<[200008]>`, but not where a text or class spells one. */
function tokensInGrammar(grammar: string): number[] {
  const lexemes = /"(?:\\.|[^"\\])*"|<\[(\d+)\]>|\[(?:\\.|[^\]\\])*\]|#.*/g;
  return Array.from(grammar.matchAll(lexemes)).flatMap(([, id]) => (id === undefined ? [] : [Number(id)]));
}
