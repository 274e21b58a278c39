/**
 * Every code an {@link EngineError} can carry:
 *
 * - `unreachable`: there is no server at the address, or it did not answer in time.
 * - `refused`: the server answered with a status of 400 or above; or an engine without a server does not take the prompt,
 *   because it is too long.
 * - `not-understood`: the server answered something that this engine does not say, such as HTML.
 * - `interrupted`: the answer broke off before its end.
 * - `failed`: the engine reported an error while the model was writing, or threw one.
 * - `unsupported`: the engine cannot do what the request asks for.
 */
export const ENGINE_ERROR_CODES = [
  "unreachable",
  "refused",
  "not-understood",
  "interrupted",
  "failed",
  "unsupported",
] as const;

/** What went wrong with an engine, as a stable word for programs. */
export type EngineErrorCode = (typeof ENGINE_ERROR_CODES)[number];

/** What is known about an engine's error. */
export interface EngineErrorDetails {
  /** The name of the engine, such as `"llama.cpp"`. */
  readonly engine: string;
  /** The address that was asked. Credentials and query are left out of it. */
  readonly url?: string | URL | undefined;
  /** The HTTP status of the answer. */
  readonly status?: number | undefined;
  /** What the server said, as far as it can be shown: its own message, or the beginning of its answer. */
  readonly answer?: string | undefined;
  /** The error that caused this one. */
  readonly cause?: unknown;
}

/** All that can go wrong with an engine. What the model wrote before has been yielded before the error is thrown. */
export class EngineError extends Error {
  /** What went wrong, for programs. */
  readonly code: EngineErrorCode;
  /** The name of the engine, such as `"llama.cpp"`. */
  readonly engine: string;
  /** The address that was asked, without credentials. */
  declare readonly url?: string;
  /** The HTTP status of the answer, if there was one. */
  declare readonly status?: number;
  /** What the server said. */
  declare readonly answer?: string;

  /** @param message What went wrong and what can be done, for people; it is put behind the engine's name and address. */
  constructor(code: EngineErrorCode, message: string, details: EngineErrorDetails) {
    const { engine, status, answer, cause } = details;
    const url = details.url === undefined ? undefined : withoutCredentials(details.url);
    super(`${engine}${url === undefined ? "" : ` at ${url}`}: ${message}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.engine = engine;
    if (url !== undefined) this.url = url;
    if (status !== undefined) this.status = status;
    if (answer !== undefined) this.answer = answer;
  }

  static {
    EngineError.prototype.name = "EngineError";
  }
}

/** An address as an error may show it: a query can hold a key, too. */
function withoutCredentials(url: string | URL): string {
  try {
    const { origin, pathname } = new URL(url);
    return `${origin}${pathname}`;
  } catch {
    return "an address that is not a URL";
  }
}
