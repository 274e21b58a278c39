/**
 * The special tokens of `o200k_harmony`: the one table that renderer, parser and tokenizer share.
 * Ids and names are those of openai-harmony 0.0.8; every id of the range that has no name is `<|reserved_ID|>`.
 */

/** Ids of the special tokens that have a name. */
export const SpecialToken = {
  STARTOFTEXT: 199998,
  ENDOFTEXT: 199999,
  /** Ends the last message of a completion. */
  RETURN: 200002,
  /** Stands before a content type that the engine is asked to enforce. */
  CONSTRAIN: 200003,
  /** Stands before the channel's name in a header. */
  CHANNEL: 200005,
  /** Begins a message's header. */
  START: 200006,
  /** Ends a message. */
  END: 200007,
  /** Ends a message's header; its content follows. */
  MESSAGE: 200008,
  /** Ends a message that calls a tool. */
  CALL: 200012,
} as const;

/** Lowest special id; ids below it are the mergeable tokens. */
export const FIRST_SPECIAL_TOKEN: number = 199998;
/** Highest special id; no id above it exists. */
export const LAST_SPECIAL_TOKEN: number = 201088;

/** Ids that end a message: return, call, end. */
export const STOP_TOKENS: readonly number[] = [SpecialToken.RETURN, SpecialToken.CALL, SpecialToken.END];
/** Ids at which sampling stops because the assistant has acted: return, call. */
export const STOP_TOKENS_FOR_ASSISTANT_ACTIONS: readonly number[] = [SpecialToken.RETURN, SpecialToken.CALL];

/** The tokens that have a name, as written in text. */
export const NAMED_TOKENS: ReadonlyMap<number, string> = new Map(
  Object.entries(SpecialToken).map(([name, token]) => [token, `<|${name.toLowerCase()}|>`]),
);

/** Every special token as written in text (`<|start|>`), with its id, in order of id. */
export const SPECIAL_TOKENS: ReadonlyMap<string, number> = spellAll();

/** A plain loop, because every program that loads the package waits for it: 1,091 times. */
function spellAll(): Map<string, number> {
  const tokens = new Map<string, number>();
  for (let token = FIRST_SPECIAL_TOKEN; token <= LAST_SPECIAL_TOKEN; token++) {
    tokens.set(NAMED_TOKENS.get(token) ?? `<|reserved_${token}|>`, token);
  }
  return tokens;
}
