import type { Sampling } from "../engines/engine.js";
import { LAST_SPECIAL_TOKEN } from "../special-tokens.js";
import type { RequestObject } from "./request-fields.js";

/** The fields that {@link readSampling} and {@link readStop} read: OpenAI's, and others that are common among servers. */
export const SAMPLING_FIELDS: readonly string[] = [
  "frequency_penalty",
  "logit_bias",
  "min_p",
  "presence_penalty",
  "repetition_penalty",
  "seed",
  "stop",
  "temperature",
  "top_k",
  "top_p",
];

/** How the next token is chosen. @throws ApiError for a value that is out of bounds. */
export function readSampling(request: RequestObject): Sampling {
  const fraction = { min: 0, max: 1 };
  const penalty = { min: -2, max: 2 };
  return {
    temperature: request.number("temperature", { min: 0, max: 2 }),
    topP: request.number("top_p", fraction),
    // Engines say "all" as 0 or -1.
    topK: request.number("top_k", { min: -1, isInteger: true }),
    minP: request.number("min_p", fraction),
    seed: request.number("seed", { isInteger: true }),
    frequencyPenalty: request.number("frequency_penalty", penalty),
    presencePenalty: request.number("presence_penalty", penalty),
    repetitionPenalty: request.number("repetition_penalty", { min: 0 }),
    logitBias: readLogitBias(request),
  };
}

/** The strings at which an answer ends: any number of them, where OpenAI takes four. @throws ApiError for anything but strings, and for empty ones. */
export function readStop(request: RequestObject): readonly string[] {
  const stop = request.get("stop");
  if (stop === undefined) return [];
  const strings = typeof stop === "string" ? [stop] : request.list("stop")!;
  return strings.map((string) => {
    if (typeof string === "string" && string !== "") return string;
    throw request.wrong("stop", "a string, or a list of strings, none of them empty");
  });
}

function readLogitBias(request: RequestObject): Record<number, number> | undefined {
  const biases = request.object("logit_bias");
  if (biases === undefined) return undefined;
  const read: Record<number, number> = {};
  for (const key of biases.keys) {
    const bias = biases.number(key, { min: -100, max: 100 });
    if (bias === undefined) continue;
    if (!/^\d{1,6}$/.test(key) || Number(key) > LAST_SPECIAL_TOKEN) {
      throw request.wrong("logit_bias", `an object whose keys are tokens, from 0 to ${LAST_SPECIAL_TOKEN}`);
    }
    read[Number(key)] = bias;
  }
  return read;
}
