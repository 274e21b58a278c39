import type { Sampling } from "../engine.js";

/** What transformers.js gives a logits processor: the logits of the next token, by token id, one row for each prompt. */
interface Logits {
  readonly data: Float32Array;
}

/**
 * What transformers.js does not do by itself, or does not do although it has a setting for it, as of 4.3.1: `topP`,
 * `minP`, penalties by frequency and presence, and a bias.
 *
 * @param promptLength How many of the tokens are the prompt, to which no penalty applies.
 * @returns A logits processor as `generate` takes it; `undefined` where there is nothing to do.
 */
export function logitsProcessor(
  sampling: Sampling,
  promptLength: number,
): ((ids: readonly (readonly bigint[])[], logits: Logits) => Logits) | undefined {
  const { temperature = 1, topP = 1, minP = 0, frequencyPenalty = 0, presencePenalty = 0 } = sampling;
  const biases = Object.entries(sampling.logitBias ?? {}).map(([token, bias]) => [Number(token), bias] as const);
  const isGreedy = temperature === 0;
  const isCut = !isGreedy && (topP < 1 || minP > 0);
  const isPenalised = frequencyPenalty !== 0 || presencePenalty !== 0;
  if (!isCut && !isPenalised && biases.length === 0) return undefined;
  // The logits come divided by the temperature, while a bias and penalties are meant for those of the model.
  const scale = isGreedy ? 1 : 1 / temperature;
  const counts = new Map<number, number>();
  let counted = promptLength;
  return (ids, logits) => {
    const { data } = logits;
    const all = ids[0] ?? [];
    for (; counted < all.length; counted++) {
      const token = Number(all[counted]);
      counts.set(token, (counts.get(token) ?? 0) + 1);
    }
    for (const [token, bias] of biases) data[token]! += bias * scale;
    if (isPenalised) {
      for (const [token, count] of counts) data[token]! -= (count * frequencyPenalty + presencePenalty) * scale;
    }
    if (isCut) cut(data, topP, minP);
    return logits;
  };
}

/** How many steps there are in a difference of 1 between logits, to find where the most probable tokens end. */
const STEPS = 16;

/** How far below the highest a logit may be to count at all: a token 64 below is chosen once in 10²⁷ times. */
const DEPTH = 64;

/** Leaves only the most probable tokens, whose probabilities add up to `topP`, and those no less probable than `minP` of the first. */
function cut(logits: Float32Array, topP: number, minP: number): void {
  let highest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > highest) highest = logit;
  let lowest = minP > 0 ? highest + Math.log(minP) : Number.NEGATIVE_INFINITY;
  if (topP < 1) lowest = Math.max(lowest, endOfNucleus(logits, highest, topP));
  for (let token = 0; token < logits.length; token++) {
    if (logits[token]! < lowest) logits[token] = Number.NEGATIVE_INFINITY;
  }
}

/**
 * The lowest logit of the smallest set of tokens whose probabilities add up to `topP`. Sorting 201,088 logits takes longer
 * than many a model for a token; so they are counted by height first, and only one step is sorted.
 */
function endOfNucleus(logits: Float32Array, highest: number, topP: number): number {
  const weights = new Float64Array(STEPS * DEPTH);
  let total = 0;
  for (const logit of logits) {
    const step = Math.floor((highest - logit) * STEPS);
    if (!(step < weights.length)) continue;
    const weight = Math.exp(logit - highest);
    weights[step]! += weight;
    total += weight;
  }
  const wanted = total * topP;
  let sum = 0;
  let last = 0;
  while (last < weights.length - 1 && sum + weights[last]! < wanted) sum += weights[last++]!;
  const members = logits.filter((logit) => Math.floor((highest - logit) * STEPS) === last).sort();
  for (let index = members.length - 1; index > 0; index--) {
    sum += Math.exp(members[index]! - highest);
    if (sum >= wanted) return members[index]!;
  }
  return members[0] ?? Number.NEGATIVE_INFINITY;
}
