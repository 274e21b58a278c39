import { isRecord } from "../../../options.js";

/** How much of an answer an error shows, in UTF-16 units. */
const MAX_SHOWN = 500;

/** How many bytes of an answer are read for an error. */
const MAX_READ = 65_536;

/** What a server says about an error, as far as it can be found in its answer. */
export interface ServerMessage {
  /** Its own message; for anything else the beginning of the answer. Empty if it says nothing. */
  readonly text: string;
  /** Whether the answer is a page for a browser, which no engine sends. */
  readonly isPage: boolean;
  /** The object that describes the error, if it is one; for what engines say beyond the message. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reads what a server says about an error. */
export function serverMessage(answer: string): ServerMessage {
  const isPage = looksLikePage(answer);
  if (isPage) return { text: titleOf(answer), isPage, fields: {} };
  try {
    const value: unknown = JSON.parse(answer);
    return { text: shown(messageIn(value) ?? answer), isPage, fields: fieldsIn(value) };
  } catch {
    return { text: shown(answer), isPage, fields: {} };
  }
}

/** Whether an answer is HTML, by its beginning. */
export function looksLikePage(answer: string): boolean {
  return /^\s*<(\?xml|!--|!doctype\s+html|(html|head|body)\b)/i.test(answer);
}

/** Reads the beginning of an answer that is an error. What cannot be read is left out: the status says enough. */
export async function readBeginning(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  try {
    for await (const bytes of body) {
      text += decoder.decode(bytes, { stream: true });
      length += bytes.length;
      if (length >= MAX_READ) break;
    }
  } catch {
    // The connection broke off.
  }
  return text + decoder.decode();
}

/**
 * The message in the JSON of an error: `{ error: { message } }` of OpenAI, vLLM and llama.cpp, `{ error: "…" }` of Ollama,
 * `{ message }` of SGLang, `{ detail }` of FastAPI.
 */
function messageIn(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) {
    const messages = value.map((each) => messageIn(each) ?? JSON.stringify(each));
    return messages.length === 0 ? undefined : messages.join("; ");
  }
  if (!isRecord(value)) return undefined;
  for (const field of ["error", "message", "detail", "msg"]) {
    const message = messageIn(value[field]);
    if (message !== undefined) return withPlace(message, value.loc);
  }
  return undefined;
}

/** FastAPI says where in the request something is wrong: `["body", "prompt"]`. */
function withPlace(message: string, place: unknown): string {
  return Array.isArray(place) ? `${place.join(".")}: ${message}` : message;
}

function fieldsIn(value: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) return {};
  return isRecord(value.error) ? value.error : value;
}

function titleOf(page: string): string {
  const title = /<title[^>]*>([^<]*)</i.exec(page)?.[1] ?? /<h1[^>]*>([^<]*)</i.exec(page)?.[1] ?? "";
  return shown(title);
}

function shown(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, " ");
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}
