/** What the gateway knows of a request while it is served. */
export interface Exchange {
  /** By which the log and the client call it. */
  readonly id: string;
  /** How large its body may be. */
  readonly bodyBytes: number;
  /** Is shown the body when it has been read. */
  readonly seeBody?: ((body: unknown) => void) | undefined;
  /** The body, as soon as somebody asks for it. */
  body?: Promise<unknown>;
}

const exchanges = new WeakMap<Request, Exchange>();

export function beginExchange(request: Request, exchange: Exchange): void {
  exchanges.set(request, exchange);
}

export function exchangeOf(request: Request): Exchange | undefined {
  return exchanges.get(request);
}

/** How an answer that is streamed has come to its end. */
export interface StreamEnd {
  /** What broke it off. */
  readonly error?: unknown;
  /** Whether its reader left before the end. */
  readonly hasLeft: boolean;
}

/** By the answer, and by its body: an answer whose headers are changed may be made anew around the same body. */
const ends = new WeakMap<object, Promise<StreamEnd>>();

export function rememberEnd(response: Response, body: ReadableStream, end: Promise<StreamEnd>): void {
  ends.set(response, end);
  ends.set(body, end);
}

/** The end of an answer that is being streamed; `undefined` for one that is whole already. */
export function endOf(response: Response): Promise<StreamEnd> | undefined {
  const end = ends.get(response);
  if (end !== undefined || response.headers.get("content-type")?.startsWith("text/event-stream") !== true) return end;
  return response.body === null ? undefined : ends.get(response.body);
}
