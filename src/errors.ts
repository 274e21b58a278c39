/**
 * Every code a {@link HarmonyError} can carry. Codes are stable across minor versions; messages are not.
 * Each is explained, with its remedy, in `docs/errors.md`.
 */
export const HARMONY_ERROR_CODES = [
  // JSON text and the shape of messages
  "invalid-json",
  "json-too-deep",
  "number-out-of-range",
  "missing-field",
  "duplicate-field",
  "unknown-field",
  "wrong-type",
  "invalid-session",
  "unknown-role",
  "unknown-content-type",
  "unknown-reasoning-effort",
  // rendering
  "tool-without-name",
  "misplaced-content",
  "over-budget",
  // constraints
  "unsupported-schema",
  "invalid-tool-name",
  // tokenizer
  "unknown-encoding",
  "disallowed-special-token",
  "unknown-token",
  "invalid-utf8",
  // parsing in the strict and permissive modes
  "unexpected-token",
  "unexpected-end",
  "undecodable-header",
  "header-without-role",
  "channel-without-name",
  "unexpected-header-words",
  "message-too-long",
] as const;

/** What went wrong, as a stable word for programs; `docs/errors.md` explains each. */
export type HarmonyErrorCode = (typeof HARMONY_ERROR_CODES)[number];

/** Where an error happened. Which of the fields is present depends on what was being read. */
export interface HarmonyErrorPlace {
  /**
   * JSON path of the offending value, such as `messages[2].content[0].type`, or the name of an argument; `""` is the whole
   * value.
   */
  readonly path?: string;
  /** Index of the offending token in the tokens given; for a parser, in all tokens fed to it. */
  readonly tokenIndex?: number;
  /** Offset of the offending character in the JSON text, in UTF-16 units. */
  readonly offset?: number;
}

/**
 * The one error type for bad data: conversations, JSON text, tokens and model output. Mistakes in the calling program
 * (an unknown option, an argument of the wrong type, a token that is not an integer) are `TypeError` and `RangeError`
 * instead, except for an unknown role, which always has the code `unknown-role`.
 */
export class HarmonyError extends Error {
  /** What went wrong, for programs. */
  readonly code: HarmonyErrorCode;
  /** JSON path of the offending value, if the error is about a message or conversation, or the name of an argument. */
  declare readonly path?: string;
  /** Index of the offending token, if the error is about tokens. */
  declare readonly tokenIndex?: number;
  /** Offset in the JSON text, in UTF-16 units, if the error is about its syntax. */
  declare readonly offset?: number;

  /**
   * @param message The error in a sentence, for people.
   * @param place Where it happened, as far as that is known.
   */
  constructor(code: HarmonyErrorCode, message: string, place: HarmonyErrorPlace = {}) {
    super(message);
    this.code = code;
    if (place.path !== undefined) this.path = place.path;
    if (place.tokenIndex !== undefined) this.tokenIndex = place.tokenIndex;
    if (place.offset !== undefined) this.offset = place.offset;
  }

  static {
    HarmonyError.prototype.name = "HarmonyError";
  }
}
