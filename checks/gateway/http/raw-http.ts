import { connect } from "node:net";

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Bytes, one after the other; a number is a pause in milliseconds. */
export type Pieces = readonly (string | Uint8Array | number)[];

/**
 * Writes bytes to a server and reads until it ends the connection; a client of HTTP would not send what is tried here.
 * @returns `undefined` if the connection was ended without an answer.
 */
export async function askRaw(address: string, pieces: Pieces): Promise<RawAnswer | undefined> {
  const { hostname, port } = new URL(address);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const chunks: Buffer[] = [];
  const ended = new Promise<void>((resolve) => {
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("end", resolve);
    socket.on("close", () => resolve());
    // A server that refuses a body may end the connection while it is still being sent.
    socket.on("error", () => resolve());
  });
  for (const piece of pieces) {
    if (socket.destroyed) break;
    if (typeof piece === "number") await new Promise((resolve) => setTimeout(resolve, piece));
    else if (!socket.write(piece)) {
      await Promise.race([new Promise<void>((resolve) => socket.once("drain", () => resolve())), ended]);
    }
  }
  await ended;
  socket.destroy();
  return readAnswer(Buffer.concat(chunks));
}

function readAnswer(bytes: Buffer): RawAnswer | undefined {
  const text = bytes.toString("utf8");
  // An answer before the last one is 100 Continue.
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const status = Number(first.split(" ")[1]);
  if (status === 100) return readAnswer(bytes.subarray(Buffer.byteLength(text.slice(0, end + 4))));
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const rest = text.slice(end + 4);
  return { status, headers, body: headers["transfer-encoding"] === "chunked" ? unchunked(rest) : rest };
}

function unchunked(text: string): string {
  let bytes = Buffer.from(text);
  let body = "";
  for (;;) {
    const end = bytes.indexOf("\r\n");
    const size = Number.parseInt(bytes.subarray(0, Math.max(0, end)).toString(), 16);
    if (end < 0 || !(size > 0)) return body;
    body += bytes.subarray(end + 2, end + 2 + size).toString();
    bytes = bytes.subarray(end + 2 + size + 2);
  }
}

/** A request as bytes, with the headers that belong to it unless they are given. */
export function requestBytes(
  method: string,
  path: string,
  body?: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Uint8Array {
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
  const all: Record<string, string> = {
    host: "localhost",
    connection: "close",
    ...(body === undefined ? {} : { "content-type": "application/json", "content-length": String(bytes.length) }),
    ...headers,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== "-");
  const head = `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), bytes]);
}
