import { FileError } from "../failures.js";

/** How an input is written. */
export type InputFormat = "jsonl" | "json" | "ids" | "text" | "u32le";

const LINE_FEED = 0x0a;
const UTF8_MARK = [0xef, 0xbb, 0xbf] as const;

/** What is needed to recognise an input: its first line, or all of it if it has only one. */
export class Beginning {
  #bytes: Uint8Array = new Uint8Array();
  #searched = 0;

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** @returns Whether that is enough to recognise the format. */
  add(chunk: Uint8Array): boolean {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    // Blank lines do not count.
    for (let at = this.#searched; at < this.#bytes.length; at++) {
      this.#searched = at + 1;
      if (this.#bytes[at] === LINE_FEED && !isBlank(this.#bytes.subarray(0, at))) return true;
    }
    return false;
  }
}

/**
 * Takes the byte order mark off a text.
 * @throws FileError for UTF-16, which would not be read as anything.
 */
export function withoutMark(bytes: Uint8Array, name: string): Uint8Array {
  if (UTF8_MARK.every((byte, index) => bytes[index] === byte)) return bytes.subarray(UTF8_MARK.length);
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16) throw new FileError(`${name}: is text in UTF-16; convert it with iconv -f UTF-16 -t UTF-8`);
  return bytes;
}

/**
 * Recognises how an input is written.
 * @param beginning Its first line, or all of it.
 * @param accepted What the command reads. The last one is what everything is that is not recognised.
 */
export function recognise(beginning: Uint8Array, name: string, accepted: readonly InputFormat[]): InputFormat {
  const has = (format: InputFormat): boolean => accepted.includes(format);
  if (has("jsonl") && /\.(?:jsonl|ndjson)(?:\.(?:gz|zst))?$/i.test(name)) return "jsonl";
  if (has("u32le") && isBinaryIds(beginning)) return "u32le";
  const text = new TextDecoder("latin1").decode(beginning).trimStart();
  if (/^[[{]/.test(text) || (/^"/.test(text) && has("jsonl") && !has("text"))) {
    if (has("json") && (!has("jsonl") || endsOpen(text))) return "json";
    if (has("jsonl")) return "jsonl";
  }
  if (has("jsonl") && has("ids") && /^"/.test(text)) return "jsonl";
  if (has("ids") && /^\d[\d\s,]*$/.test(text.slice(0, 4096))) return "ids";
  return accepted.at(-1)!;
}

/** Whether bytes are 32-bit ids: of the vocabulary's numbers, the last byte is always 0, which no text has. */
function isBinaryIds(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[3] === 0 && bytes[2]! <= 3;
}

/** Whether a line of JSON leaves a bracket open, as the first line of a value over several lines does. */
function endsOpen(text: string): boolean {
  const end = text.indexOf("\n");
  const line = end === -1 ? text : text.slice(0, end);
  let depth = 0;
  let inString = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (inString) {
      if (character === "\\") at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") depth -= 1;
  }
  // A string cannot hold a line break: a line that ends in one has been cut.
  return depth > 0 && !inString && end !== -1;
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}
