import { ApiError } from "harmony-format/client";
import { exchangeOf } from "./exchange.js";

/** How large a body may be if nobody says. */
const DEFAULT_BYTES = 8 * 1024 * 1024;

/** How deep lists and objects may lie in each other: what works on them goes down into them, and a stack has an end. */
const MOST_LEVELS = 256;

/**
 * The body of a request as JSON. It can be asked for several times, and is read once.
 * @throws ApiError for one that is not JSON, or too large.
 */
export function readJson(request: Request): Promise<unknown> {
  const exchange = exchangeOf(request);
  if (exchange === undefined) return read(request, DEFAULT_BYTES);
  exchange.body ??= read(request, exchange.bodyBytes).then((body) => {
    exchange.seeBody?.(body);
    return body;
  });
  return exchange.body;
}

/** The fields of a request's body, if it is an object; what is not is refused by the one who reads it. */
export function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === "object" && body !== null && !Array.isArray(body) ? { ...body } : {};
}

async function read(request: Request, most: number): Promise<unknown> {
  checkType(request);
  const bytes = await bytesOf(request, most);
  let text: string;
  try {
    // A mark of the byte order at the beginning is not part of the text.
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw notJson("it is not UTF-8", error);
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    // The words of the parser show some of the text, which is a prompt.
    const place = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    if (text.trim() === "") throw notJson("it is empty", error);
    throw notJson(place === undefined ? "it ends too early, or is not JSON at all" : `see position ${place}`, error);
  }
  checkDepth(body);
  return body;
}

function notJson(why: string, cause: unknown): ApiError {
  return new ApiError(`the body of the request is not JSON: ${why}`, { code: "invalid_json", cause });
}

/**
 * A page of the web may send any other type to any address without asking first: that JSON must be called JSON is what keeps
 * such a page from using a gateway of the machine it is looked at.
 */
function checkType(request: Request): void {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "application/json" || (type.startsWith("application/") && type.endsWith("+json"))) return;
  const given = type === "" ? "there is none" : `not ${JSON.stringify(type.slice(0, 100))}`;
  throw new ApiError(`the content-type of the request must be application/json; ${given}`, {
    status: 415,
    code: "unsupported_content_type",
  });
}

/** The bytes of a body, unpacked, counted while they come: what a header says of them may be wrong. */
async function bytesOf(request: Request, most: number): Promise<Uint8Array> {
  const { headers } = request;
  const encoding = headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  const length = headers.get("content-length");
  if (length !== null && Number(length) > most) throw tooLarge(most);
  if (encoding === "identity") {
    // A server gives no more bytes than the header says, and this is the fast way to them.
    if (length !== null) return new Uint8Array(await request.arrayBuffer());
    return request.body === null ? new Uint8Array() : gather(request.body, most);
  }
  const format = ENCODINGS.get(encoding);
  if (format === undefined) {
    throw new ApiError(
      `the content-encoding of the request is ${JSON.stringify(encoding.slice(0, 100))}; send it as it is, or with gzip`,
      { status: 415, code: "unsupported_content_encoding" },
    );
  }
  if (request.body === null) return new Uint8Array();
  try {
    const unpacking = new DecompressionStream(format) as ReadableWritablePair<Uint8Array, Uint8Array>;
    return await gather(request.body.pipeThrough(unpacking), most);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError(`the body of the request cannot be unpacked: it is not ${encoding}`, {
      code: "invalid_encoding",
      cause: error,
    });
  }
}

const ENCODINGS: ReadonlyMap<string, CompressionFormat> = new Map([
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["deflate", "deflate"],
]);

/** @throws ApiError if there are more. */
async function gather(stream: ReadableStream<Uint8Array>, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop early cancels the stream.
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > most) throw tooLarge(most);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function tooLarge(most: number): ApiError {
  return new ApiError(`the body of the request is larger than ${most} bytes; send less of the conversation`, {
    status: 413,
    code: "request_too_large",
  });
}

/** @throws ApiError for a value with too many levels. It goes from level to level, and so needs no stack itself. */
function checkDepth(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_LEVELS) {
      throw new ApiError(`the body of the request has more than ${MOST_LEVELS} levels of lists and objects`, {
        code: "invalid_json",
      });
    }
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item !== "object" || item === null) continue;
      for (const inner of Array.isArray(item) ? item : Object.values(item)) {
        if (typeof inner === "object" && inner !== null) next.push(inner);
      }
    }
    level = next;
  }
}
