import { readdirSync, readFileSync } from "node:fs";

/** A request to a server and its answer, as a file in `wire/` keeps it. */
export interface Exchange {
  readonly request: { readonly method: string; readonly path: string; readonly body: unknown };
  readonly status: number;
  readonly headers: Headers;
  /** The body in the pieces in which it was sent; one piece if the file does not say. */
  readonly chunks: readonly Uint8Array[];
}

/** Reads an exchange: `"vllm/models"`. */
export function readExchange(name: string): Exchange {
  const file = readFileSync(new URL(`wire/${name}.txt`, import.meta.url), "utf8");
  const [, request, response] = /^>+ request\n(.*?)\n<+ response\n(.*)$/ms.exec(file) as unknown as [
    string,
    string,
    string,
  ];
  const [, method, path] = /^(\S+) (\S+) HTTP/.exec(request) as unknown as [string, string, string];
  const requestBody = request.slice(request.indexOf("\n\n") + 2).trim();
  const headEnd = response.indexOf("\n\n");
  const [statusLine, ...lines] = response.slice(0, headEnd).split("\n");
  const headers = new Headers(lines.map((line) => line.split(/: (.*)/, 2) as [string, string]));
  const rest = response.slice(headEnd + 2);
  const isChunked = headers.get("transfer-encoding") === "chunked";
  const length = Number(headers.get("content-length") ?? Number.NaN);
  for (const name of ["transfer-encoding", "content-length", "connection"]) headers.delete(name);
  const bytes = new TextEncoder().encode(rest);
  return {
    request: { method, path, body: readJson(requestBody) },
    status: Number(statusLine!.split(" ")[1]),
    headers,
    chunks: isChunked ? chunksIn(bytes) : [Number.isNaN(length) ? bytes : bytes.slice(0, length)],
  };
}

/** The names of all exchanges of a folder. */
export function exchangesIn(folder: string): string[] {
  return readdirSync(new URL(`wire/${folder}/`, import.meta.url))
    .filter((file) => file.endsWith(".txt"))
    .map((file) => `${folder}/${file.slice(0, -4)}`);
}

function readJson(text: string): unknown {
  return text === "" ? undefined : JSON.parse(text);
}

/** Takes the framing off: the length in hexadecimal, a line end, as many bytes, a line end. */
function chunksIn(bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at);
    const length = Number.parseInt(new TextDecoder().decode(bytes.slice(at, end)), 16);
    // A recording that breaks off has no end.
    if (!(length > 0)) break;
    chunks.push(bytes.slice(end + 1, end + 1 + length));
    at = end + 1 + length + 1;
  }
  return chunks;
}
