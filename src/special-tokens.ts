/**
 * The special tokens of `o200k_harmony`: the one table that renderer, parser and tokenizer share. Ids and names are those
 * of openai-harmony 0.0.8; every id of the range that has no name is `<|reserved_ID|>`.
 *
 * The written form of a special token, such as `<|start|>`, is called a marker.
 */

/** Ids of the special tokens that have a name. */
export const SpecialToken = {
  STARTOFTEXT: 199998,
  ENDOFTEXT: 199999,
  /** Ends the last message of a completion. */
  RETURN: 200002,
  /** Precedes a content type that the inference engine is asked to enforce. */
  CONSTRAIN: 200003,
  /** Precedes the name of the channel in a header. */
  CHANNEL: 200005,
  /** Begins the header of a message. */
  START: 200006,
  /** Ends a message. */
  END: 200007,
  /** Ends the header of a message; its content follows. */
  MESSAGE: 200008,
  /** Ends a message that calls a tool. */
  CALL: 200012,
} as const;

/** The lowest special id; all ids below it are mergeable tokens. */
export const FIRST_SPECIAL_TOKEN: number = 199998;
/** The highest special id; no higher id exists. */
export const LAST_SPECIAL_TOKEN: number = 201088;

/** Ids that end a message: return, call, end. */
export const STOP_TOKENS: readonly number[] = [SpecialToken.RETURN, SpecialToken.CALL, SpecialToken.END];
/** Ids at which sampling stops because the assistant has acted: return, call. */
export const STOP_TOKENS_FOR_ASSISTANT_ACTIONS: readonly number[] = [SpecialToken.RETURN, SpecialToken.CALL];

/** The markers of the tokens that have a name, by id. */
export const NAMED_TOKENS: ReadonlyMap<number, string> = new Map(
  Object.entries(SpecialToken).map(([name, token]) => [token, `<|${name.toLowerCase()}|>`]),
);

/** Every marker with its id, in order of id. A text is a marker if, and only if, it is a key of this map. */
export const SPECIAL_TOKENS: ReadonlyMap<string, number> = spellAll();

/** A plain loop, because it runs 1,091 times whenever a program loads the package. */
function spellAll(): Map<string, number> {
  const tokens = new Map<string, number>();
  for (let token = FIRST_SPECIAL_TOKEN; token <= LAST_SPECIAL_TOKEN; token++) {
    tokens.set(NAMED_TOKENS.get(token) ?? `<|reserved_${token}|>`, token);
  }
  return tokens;
}

/** `<|constrain|>`, with which the content type of a message may begin. */
export const CONSTRAIN_MARKER: string = NAMED_TOKENS.get(SpecialToken.CONSTRAIN)!;

/** The length of the longest markers, those of the reserved tokens, in UTF-16 units. */
export const LONGEST_MARKER: number = "<|reserved_200000|>".length;

/** A marker in a text. */
export interface Marker {
  /** The marker as it is written, such as `<|start|>`. */
  readonly text: string;
  /** The id of its token. */
  readonly token: number;
  /** Where it begins in the text, in UTF-16 units. */
  readonly index: number;
}

/** The marker that begins at an index of a text; `undefined` where none does. */
export function markerAt(text: string, index: number): Marker | undefined {
  if (!text.startsWith("<|", index)) return undefined;
  // Looking for the end no further than a marker can reach keeps long texts linear.
  const ahead = text.slice(index, index + LONGEST_MARKER);
  const marker = ahead.slice(0, ahead.indexOf("|>", 2) + 2);
  const token = SPECIAL_TOKENS.get(marker);
  return token === undefined ? undefined : { text: marker, token, index };
}

/** The first marker that begins at an index of a text or after it; `undefined` where there is none. Linear. */
export function findMarker(text: string, from = 0): Marker | undefined {
  for (let index = text.indexOf("<|", from); index >= 0; index = text.indexOf("<|", index + 1)) {
    const marker = markerAt(text, index);
    if (marker !== undefined) return marker;
  }
  return undefined;
}

/** Whether a text holds a marker. Linear. */
export function hasMarker(text: string): boolean {
  return findMarker(text) !== undefined;
}
