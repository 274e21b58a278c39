import { EngineError } from "../../engine-error.js";
import { Exchange, HttpAnswer } from "./answer.js";
import { looksLikePage, readBeginning, type ServerMessage } from "./server-message.js";
import { endpoint, type HttpSettings } from "./settings.js";

/** What is asked of a server. */
export interface HttpRequest {
  /** The path of the endpoint, `/v1` included: `"/v1/completions"`. */
  readonly path: string;
  /** The fields of the body; `extraBody` is added to them. Without a body, the request is a GET. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /** What the answer is to be. */
  readonly accept: "text/event-stream" | "application/x-ndjson" | "application/json";
  /** A better explanation of a refusal than what the server says; `undefined` if it has none. */
  readonly explain?: ((status: number, message: ServerMessage) => string | undefined) | undefined;
}

/** How long the first wait before another attempt is, in milliseconds; each further one is twice as long. */
const FIRST_WAIT = 250;

/** How long a server may ask to wait, in milliseconds. If it asks for more, its refusal is reported at once. */
const LONGEST_WAIT = 60_000;

/** The statuses that say that the server, or what stands before it, is busy or not ready yet. */
const BUSY: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Sends a request and waits for the first byte of its answer.
 *
 * @throws EngineError `unreachable`, `refused` or `not-understood`; nothing of the answer has been used by then.
 * @throws The reason of the signal.
 */
export async function postForStream(
  settings: HttpSettings,
  request: HttpRequest,
  signal?: AbortSignal,
): Promise<HttpAnswer> {
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted();
    const answer = await send(settings, request, signal);
    if (answer instanceof HttpAnswer) return answer;
    signal?.throwIfAborted();
    const { error, isWorthAnother, retryAfter } = answer;
    const wait = retryAfter ?? FIRST_WAIT * 2 ** attempt;
    if (!isWorthAnother || attempt >= settings.maxRetries || wait > LONGEST_WAIT) throw error;
    await pause(wait, signal);
  }
}

/** An attempt that gave no answer. */
interface Failure {
  readonly error: EngineError;
  /** Whether the same request may well succeed later. */
  readonly isWorthAnother: boolean;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfter?: number | undefined;
}

async function send(
  settings: HttpSettings,
  request: HttpRequest,
  signal: AbortSignal | undefined,
): Promise<HttpAnswer | Failure> {
  const { engine } = settings;
  const url = endpoint(settings, request.path);
  const exchange = new Exchange(signal, settings.timeout);
  let response: Response;
  try {
    const asked = settings.fetch(url, {
      headers: headersOf(settings, request),
      ...(request.body === undefined
        ? { method: "GET" }
        : { method: "POST", body: JSON.stringify({ ...request.body, ...settings.extraBody }) }),
      signal: exchange.signal,
    });
    // If the wait ends first, nobody is there to hear of a failure, or to close what comes too late.
    asked.then(
      (late) => {
        if (exchange.signal.aborted) late.body?.cancel().catch(() => {});
      },
      () => {},
    );
    response = await exchange.wait(asked);
  } catch (cause) {
    exchange.release();
    exchange.throwIfAborted();
    if (exchange.isLate) return late(settings, url);
    const why = `cannot be reached (${reasonOf(cause)}); is it running, and is baseURL right?`;
    const error = new EngineError("unreachable", why, { engine, url, cause });
    return { error, isWorthAnother: !isTimeout(cause) };
  }
  const answer = new HttpAnswer(settings, url, response, exchange);
  try {
    if (!response.ok) return await refusal(answer, response, request);
    const first = await answer.begin();
    exchange.begun();
    const problem = await misunderstanding(answer, response, request, first);
    if (problem === undefined) return answer;
    answer.close();
    return { error: problem, isWorthAnother: false };
  } catch (error) {
    answer.close();
    exchange.throwIfAborted();
    if (exchange.isLate) return late(settings, url);
    throw error;
  }
}

function headersOf(settings: HttpSettings, { accept, body }: HttpRequest): Headers {
  const headers = new Headers({ accept, ...(body === undefined ? {} : { "content-type": "application/json" }) });
  settings.headers.forEach((value, name) => {
    headers.set(name, value);
  });
  return headers;
}

function late({ engine, timeout }: HttpSettings, url: URL): Failure {
  const why = `did not begin to answer within ${timeout} ms; a long prompt may need a longer timeout`;
  return { error: new EngineError("unreachable", why, { engine, url }), isWorthAnother: false };
}

/** The server says no. */
async function refusal(answer: HttpAnswer, response: Response, { explain }: HttpRequest): Promise<Failure> {
  const { status } = response;
  const said = answer.serverMessage(await readBeginning(answer));
  const { text, isPage } = said;
  const quoted = text === "" ? "" : `: ${text}`;
  const explained = isPage ? undefined : explain?.(status, said);
  let message = explained ?? `refused with status ${status}${quoted}`;
  if (isPage) message = `answered with status ${status} and an HTML page${quoted}; baseURL leads to something else`;
  else if (explained === undefined && (status === 401 || status === 403)) message += "; check apiKey";
  return {
    error: answer.error("refused", message, { answer: text }),
    isWorthAnother: BUSY.has(status),
    retryAfter: retryAfterOf(response),
  };
}

/** The error for an answer that is not what was asked for, though the server calls it a success. */
async function misunderstanding(
  answer: HttpAnswer,
  response: Response,
  { accept }: HttpRequest,
  first: Uint8Array | undefined,
): Promise<EngineError | undefined> {
  if (first === undefined) {
    return answer.error("not-understood", `answered with status ${response.status} and nothing else`);
  }
  const type = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  const isPage = type === "text/html" || looksLikePage(new TextDecoder().decode(first.subarray(0, 1024)));
  const isOther = accept === "text/event-stream" ? type === "application/json" : type === "text/event-stream";
  if (!isPage && !isOther) return undefined;
  const said = answer.serverMessage(await readBeginning(answer));
  const what = isPage ? "an HTML page" : `${type} instead of ${accept}`;
  const message = `answered with ${what}${said.text === "" ? "" : `: ${said.text}`}; baseURL may lead to something else`;
  return answer.error("not-understood", message, { answer: said.text });
}

/** How long a server asks to wait, in milliseconds: it says seconds or a date. */
function retryAfterOf(response: Response): number | undefined {
  const value = response.headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  const wait = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** Why `fetch` failed, as far as the runtime says: Node puts the reason into the cause of a `TypeError: fetch failed`. */
function reasonOf(error: unknown): string {
  const { code, message } = innermost(error) as { code?: unknown; message?: unknown };
  return typeof code === "string" ? code : typeof message === "string" && message !== "" ? message : "no reason given";
}

/** Whether the runtime itself has waited long enough: another attempt would wait as long again. */
function isTimeout(error: unknown): boolean {
  const { code } = innermost(error) as { code?: unknown };
  return code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT";
}

function innermost(error: unknown): object {
  let inner = error;
  for (let depth = 0; depth < 8; depth++) {
    const cause: unknown = inner instanceof Error ? inner.cause : undefined;
    if (cause === undefined) break;
    inner = cause;
  }
  return typeof inner === "object" && inner !== null ? inner : {};
}

/** Waits before another attempt; rejects with the signal's reason if that is aborted meanwhile. */
function pause(wait: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, wait);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
