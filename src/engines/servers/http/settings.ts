import { checkOptions, checkString, isRecord, showValue } from "../../../options.js";
import { checkFields } from "../../engine-options.js";

/** Where a server is, and how it is asked: what all engines behind HTTP have in common. */
export interface HttpEngineOptions {
  /**
   * The address of the server, such as `"http://127.0.0.1:8080"`, with or without a slash or `/v1` at its end. A user name
   * and a password in it are sent as HTTP's basic authorization.
   */
  readonly baseURL: string | URL;
  /** Sent as `Authorization: Bearer …`. It is never part of an error. */
  readonly apiKey?: string | undefined;
  /** Headers added to each request. They win over those that are sent otherwise. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What sends the requests. Default: the runtime's own `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * How many milliseconds the first byte of the answer may take; a server with a long prompt to read may take minutes.
   * `Infinity` for no limit. Default: 300,000, which is also where the `fetch` of Node gives up by itself.
   */
  readonly timeout?: number | undefined;
  /**
   * How many times a request is sent again if the server cannot be reached, or says that it is busy (429, 502, 503, 504).
   * Nothing is sent again once the answer has begun. Default: 2.
   */
  readonly maxRetries?: number | undefined;
  /** Fields added to the body of each request. They win over those that are sent otherwise. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
}

/** The names of the options of {@link HttpEngineOptions}. */
const HTTP_OPTIONS = ["baseURL", "apiKey", "headers", "fetch", "timeout", "maxRetries", "extraBody"] as const;

/** The checked options of an engine behind HTTP. */
export interface HttpSettings {
  /** The name of the engine, for errors. */
  readonly engine: string;
  /** The address without credentials, without a slash or `/v1` at the end of its path. */
  readonly base: URL;
  /** With the authorization. */
  readonly headers: Headers;
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds, or `Infinity`. */
  readonly timeout: number;
  readonly maxRetries: number;
  readonly extraBody: Readonly<Record<string, unknown>>;
  /** What must not be shown, should the server repeat it. */
  readonly secrets: readonly string[];
}

/** What an engine adds to the common options. */
export interface OwnOptions {
  /** The names of its own options, which it checks itself. */
  readonly options?: readonly string[];
  /** The fields of the body that `extraBody` must not set, since the engine could not read the answer any more. */
  readonly reserved?: readonly string[];
}

/**
 * Checks the options of an engine behind HTTP.
 * @param engine The engine's name in errors: `"llama.cpp"`.
 * @param factory The function that was called: `"llamaCpp"`.
 * @throws TypeError for an option that does not exist, or is not what it must be.
 */
export function httpSettings(
  options: HttpEngineOptions,
  engine: string,
  factory: string,
  own: OwnOptions = {},
): HttpSettings {
  if (options === undefined) throw new TypeError(`${factory}: options must say where the server is: { baseURL: "…" }`);
  checkOptions(options, [...HTTP_OPTIONS, ...(own.options ?? [])], factory);
  const { apiKey, timeout = 300_000, maxRetries = 2, extraBody = {} } = options;
  const base = addressOf(options.baseURL, factory);
  const headers = headersOf(options.headers, factory);
  const secrets: string[] = [];
  if (apiKey !== undefined) {
    checkString(apiKey, `${factory}: apiKey`);
    secrets.push(apiKey);
    setHeader(headers, "authorization", `Bearer ${apiKey}`, `${factory}: apiKey`);
  } else if (base.username !== "" || base.password !== "") {
    const [user, password] = [base.username, base.password].map((part) => decoded(part, factory));
    const pair = `${user}:${password}`;
    secrets.push(password!);
    const bytes = String.fromCharCode(...new TextEncoder().encode(pair));
    if (!headers.has("authorization")) headers.set("authorization", `Basic ${btoa(bytes)}`);
  }
  base.username = "";
  base.password = "";
  if (options.fetch !== undefined && typeof options.fetch !== "function") {
    throw new TypeError(`${factory}: fetch must be a function, not ${showValue(options.fetch)}`);
  }
  if (typeof timeout !== "number" || !(timeout > 0)) {
    throw new TypeError(
      `${factory}: timeout must be a number of milliseconds above 0, or Infinity, not ${showValue(timeout)}`,
    );
  }
  if (!Number.isSafeInteger(maxRetries) || maxRetries < 0) {
    throw new TypeError(`${factory}: maxRetries must be a whole number from 0 on, not ${showValue(maxRetries)}`);
  }
  checkFields(extraBody, `${factory}: extraBody`);
  for (const field of own.reserved ?? []) {
    if (!Object.hasOwn(extraBody, field)) continue;
    throw new TypeError(`${factory}: extraBody must not set ${showValue(field)}, which the client sets itself`);
  }
  return {
    engine,
    base,
    headers,
    // Looked up with each request: a program may put its own `fetch` in place of the runtime's later. Browsers refuse to
    // call `fetch` as a method of anything else.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    timeout,
    maxRetries,
    extraBody: { ...extraBody },
    secrets: secrets.filter((secret) => secret !== ""),
  };
}

/** The address of an endpoint: the path is put behind that of the server. */
export function endpoint({ base }: HttpSettings, path: string): URL {
  const url = new URL(base);
  url.pathname = base.pathname.replace(/\/$/, "") + path;
  return url;
}

/** @throws TypeError for a percent sign that begins no escape; the error does not show what is secret. */
function decoded(part: string, factory: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    const why = "has a % in its user name or password that begins no escape; write it as %25";
    throw new TypeError(`${factory}: baseURL ${why}`);
  }
}

function addressOf(baseURL: unknown, factory: string): URL {
  const isText = typeof baseURL === "string" || baseURL instanceof URL;
  if (!isText || !/^https?:\/\//i.test(String(baseURL)) || !URL.canParse(String(baseURL))) {
    // An address that cannot be read is not shown: nobody knows where in it the password is.
    const given = isText ? "an address that cannot be read" : showValue(baseURL);
    throw new TypeError(
      `${factory}: baseURL must be an address that begins with http:// or https://, such as "http://127.0.0.1:8080", not ${given}`,
    );
  }
  const url = new URL(String(baseURL));
  url.hash = "";
  url.pathname = url.pathname.replace(/\/+$/, "").replace(/\/v1$/, "");
  return url;
}

function headersOf(given: unknown, factory: string): Headers {
  const headers = new Headers();
  if (given === undefined) return headers;
  if (!isRecord(given)) {
    throw new TypeError(`${factory}: headers must be an object of names and values, not ${showValue(given)}`);
  }
  for (const [name, value] of Object.entries(given)) {
    checkString(value, `${factory}: the header ${showValue(name)}`);
    setHeader(headers, name, value, `${factory}: the header ${showValue(name)}`);
  }
  return headers;
}

/** Sets a header that is not set yet. The error of the runtime would show the value, which may be a key. */
function setHeader(headers: Headers, name: string, value: string, what: string): void {
  try {
    if (!headers.has(name)) headers.set(name, value);
  } catch {
    throw new TypeError(`${what} cannot be sent: it holds characters that HTTP does not allow there`);
  }
}
