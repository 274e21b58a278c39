import { RecordError, type RecordInput } from "../work/handler.js";
import { type Completion, idsOf, isObject, readAnswers } from "./engine-answer.js";

/**
 * Reads the completions in a record: ids, a text, or what an engine answered.
 * @throws RecordError for what is none of these.
 */
export function readCompletions(record: RecordInput): Completion[] {
  switch (record.format) {
    case "u32le":
      return [ofTokens(binaryIds(record.bytes!))];
    case "ids":
      return [ofTokens(idsIn(record.text))];
    case "text":
      return readText(record.text);
    default:
      return readValue(parseJson(record.text));
  }
}

/** The single completion of a record. */
export function readOneCompletion(record: RecordInput): Completion {
  const completions = readCompletions(record);
  if (completions.length === 1) return completions[0]!;
  throw new RecordError(
    "several-completions",
    `holds ${completions.length} completions; put each on a line of its own, or use explain, which shows all`,
  );
}

/**
 * The ids in a text: numbers, with anything between them that is not part of a number.
 * @throws RecordError for anything else.
 */
export function idsIn(text: string): number[] {
  const trimmed = text.trim();
  if (trimmed === "") return [];
  return trimmed
    .replace(/^\[|\]$/g, "")
    .split(/[\s,]+/)
    .filter((word) => word !== "")
    .map((word, index) => {
      const id = /^\d+$/.test(word) ? Number(word) : Number.NaN;
      if (id >>> 0 !== id) {
        const shown = word.length > 40 ? `${word.slice(0, 40)}…` : word;
        const message = `${JSON.stringify(shown)} is not an id; ids are whole numbers from 0 to 201088`;
        throw new RecordError("not-an-id", message, `number ${index + 1}`);
      }
      return id;
    });
}

/** @throws RecordError where bytes are left over. */
export function binaryIds(bytes: Uint8Array): number[] {
  if (bytes.length % 4 !== 0) {
    throw new RecordError(
      "cut-id",
      `${bytes.length} bytes are not a whole number of 32-bit ids; the file has been cut`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(4 * index, true));
}

/** @throws RecordError that says where the JSON is wrong, as far as the runtime tells. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    const at = /at position (\d+)/.exec(message)?.[1];
    throw new RecordError(
      "invalid-json",
      `is not JSON: ${message}`,
      at === undefined ? undefined : `column ${+at + 1}`,
    );
  }
}

function readValue(value: unknown): Completion[] {
  if (typeof value === "string") return [ofText(value)];
  if (Array.isArray(value)) {
    // llama.cpp answers several prompts with a list of answers.
    if (value.length > 0 && value.every(isObject)) return value.flatMap((answer) => readAnswers([answer]));
    return [ofTokens(idsOf(value, "")!)];
  }
  if (isObject(value)) return readAnswers([value]);
  throw new RecordError(
    "not-a-completion",
    `${JSON.stringify(value)} is not a completion; write a list of ids, or a text`,
  );
}

const EVENT_LINE = /^(?:data|event|id|retry):|^:/;

/** A text is a completion, unless it is a log of what an engine sent. */
function readText(text: string): Completion[] {
  const body = bodyOf(text);
  const events = eventsOf(body) ?? jsonLinesOf(body);
  if (events !== undefined) return readAnswers(events);
  const trimmed = body.trimStart();
  if (body !== text && /^[[{"]/.test(trimmed)) return readValue(parseJson(trimmed));
  // Editors, and echo, end a file with a line break that the model did not write.
  return [ofText(body.replace(/\r?\n$/, ""))];
}

/** What follows the headers of a response, if `curl -i` saved them, too. */
function bodyOf(text: string): string {
  if (!/^HTTP\/[\d.]+ \d{3}/.test(text)) return text;
  const end = /\r?\n\r?\n/.exec(text);
  return end === null ? text : text.slice(end.index + end[0].length);
}

/** The objects of a stream of server-sent events; `undefined` if the text is not one. */
function eventsOf(text: string): Readonly<Record<string, unknown>>[] | undefined {
  if (!EVENT_LINE.test(text.trimStart())) return undefined;
  const objects: Readonly<Record<string, unknown>>[] = [];
  let data: string[] = [];
  const flush = (): void => {
    const joined = data.join("\n");
    data = [];
    if (joined === "" || joined === "[DONE]") return;
    const value = parseJson(joined);
    if (isObject(value)) objects.push(value);
  };
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === "") flush();
    else if (line.startsWith("data:")) {
      // Logs that lost their blank lines still have an object on each.
      if (data.length > 0 && /^data: ?[{[]/.test(line)) flush();
      data.push(line.slice(5).replace(/^ /, ""));
    }
  }
  flush();
  return objects;
}

/** The objects of a stream of JSON, one a line; `undefined` if the text is not one. */
function jsonLinesOf(text: string): Readonly<Record<string, unknown>>[] | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  const objects: Readonly<Record<string, unknown>>[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    try {
      const value: unknown = JSON.parse(line);
      if (!isObject(value)) return undefined;
      objects.push(value);
    } catch {
      return undefined;
    }
  }
  return objects;
}

function ofTokens(tokens: readonly number[]): Completion {
  return { tokens, text: undefined, reason: undefined, engine: undefined, note: undefined };
}

function ofText(text: string): Completion {
  return { tokens: undefined, text, reason: undefined, engine: undefined, note: undefined };
}
