import { z } from "zod";

/**
 * What a gateway takes upon itself at most. Each is a whole number, or `Infinity` for no limit; times are in milliseconds.
 */
export interface Limits {
  /** The bytes of a request's body, after it has been unpacked. Default: 8 MiB. More is a 413. */
  readonly bodyBytes?: number | undefined;
  /** The tokens of a prompt. Default: 131,072, the model's context. More is a 400 with `context_length_exceeded`. */
  readonly promptTokens?: number | undefined;
  /** The tokens that one completion may have; a request that asks for more gets these. Default: 131,072. */
  readonly outputTokens?: number | undefined;
  /** How many requests are worked on at once. Default: 512. */
  readonly concurrentRequests?: number | undefined;
  /** How many more wait for their turn; 0 for none. Default: 512. One more is a 429 with `Retry-After`. */
  readonly queuedRequests?: number | undefined;
  /** How long a request waits for its turn. Default: a minute. Longer is a 503 with `Retry-After`. */
  readonly queueTimeout?: number | undefined;
  /** How long an engine may take to its first token; it reads the prompt in that time. Default: five minutes. */
  readonly firstTokenTimeout?: number | undefined;
  /** How long an engine may take from one token to the next. Default: a minute. */
  readonly tokenTimeout?: number | undefined;
  /** How long a client may take nothing of what is written to it. Default: a minute. Then its connection is ended. */
  readonly idleTimeout?: number | undefined;
}

/** The limits, with those that nobody has set. */
export type CheckedLimits = { readonly [Name in keyof Limits]-?: number };

export const DEFAULT_LIMITS: CheckedLimits = {
  bodyBytes: 8 * 1024 * 1024,
  promptTokens: 131_072,
  outputTokens: 131_072,
  concurrentRequests: 512,
  queuedRequests: 512,
  queueTimeout: 60_000,
  firstTokenTimeout: 300_000,
  tokenTimeout: 60_000,
  idleTimeout: 60_000,
};

/** The longest time that a timer takes. */
const LONGEST = 2 ** 31 - 1;

/** A limit as a number: whole and from `least`, or `Infinity`. */
function limit(name: keyof Limits, what: string, least = 1): z.ZodType<number> {
  const most = what === "milliseconds" ? LONGEST : Number.MAX_SAFE_INTEGER;
  const error = `must be a whole number of ${what} from ${least} to ${most}, or Infinity; the default is ${DEFAULT_LIMITS[name]}`;
  const isLimit = (value: unknown): boolean =>
    value === Infinity || (Number.isInteger(value) && Number(value) >= least && Number(value) <= most);
  return z.custom<number>(isLimit, { error });
}

export const LIMIT_SCHEMAS: { readonly [Name in keyof Limits]-?: z.ZodType<number> } = {
  bodyBytes: limit("bodyBytes", "bytes"),
  promptTokens: limit("promptTokens", "tokens"),
  outputTokens: limit("outputTokens", "tokens"),
  concurrentRequests: limit("concurrentRequests", "requests"),
  queuedRequests: limit("queuedRequests", "requests", 0),
  queueTimeout: limit("queueTimeout", "milliseconds"),
  firstTokenTimeout: limit("firstTokenTimeout", "milliseconds"),
  tokenTimeout: limit("tokenTimeout", "milliseconds"),
  idleTimeout: limit("idleTimeout", "milliseconds"),
};

/** The limits that are set, and the usual ones for all others. */
export function limitsOf(limits: Limits = {}): CheckedLimits {
  const set = Object.entries(limits).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_LIMITS, ...Object.fromEntries(set) };
}
