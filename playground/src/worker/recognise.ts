/** Finds out what somebody pasted: ids, text, or what an engine answered. */

export interface Recognised {
  /** In words, for the page. */
  readonly what: string;
  readonly tokens?: readonly number[] | undefined;
  readonly text?: string | undefined;
  /** Why the engine stopped, in its own word. */
  readonly reason?: string | undefined;
  readonly notes: readonly string[];
}

/** The input is nothing that can be parsed as a completion. */
export class NotACompletion extends Error {}

type JsonObject = Readonly<Record<string, unknown>>;

const MARKER = /<\|(?:start|end|message|channel|constrain|return|call|endoftext)\|>/;

export function recognise(input: string): Recognised {
  const text = withoutHttpHead(input);
  const trimmed = text.trim();
  if (trimmed === "") return { what: "Nothing yet", notes: [] };
  if (/^\[?[\s,]*\d+(?:[\s,]+\d+)*[\s,]*\]?$/.test(trimmed.slice(0, 2_000_000)) || /^[\d\s,[\]]+$/.test(trimmed)) {
    const tokens = (trimmed.match(/\d+/g) ?? []).map(Number);
    return { what: `${count(tokens.length, "token id")}`, tokens: checked(tokens), notes: [] };
  }
  const events = eventsOf(text) ?? jsonOf(trimmed) ?? jsonLinesOf(trimmed);
  if (events !== undefined) return fromEvents(events.objects, events.form);
  const plain = text.replace(/\r?\n$/, "");
  if (MARKER.test(plain)) return { what: "text with markers", text: plain, notes: [] };
  return {
    what: "text whose markers were dropped",
    text: plain,
    notes: [
      "No marker is in the text: the boundaries of messages are guessed from the words that headers leave behind.",
    ],
  };
}

function fromEvents(objects: readonly JsonObject[], form: string): Recognised {
  let engine: string | undefined;
  let tokens: number[] = [];
  let text = "";
  let hasText = false;
  let reason: string | undefined;
  let predicted: number | undefined;
  const notes: string[] = [];
  const indexes = new Set<unknown>();
  const add = (name: string, ids: unknown, said: unknown, why: unknown, mayRepeat = false): void => {
    engine ??= name;
    if (Array.isArray(ids)) {
      const next = checked(ids);
      const repeats = mayRepeat && tokens.length > 0 && tokens.every((id, at) => id === next[at]);
      if (repeats) tokens = next;
      else for (const id of next) tokens.push(id);
    }
    if (typeof said === "string") {
      hasText = true;
      text = mayRepeat && said.startsWith(text) ? said : text + said;
    }
    if (typeof why === "string" && why !== "none") reason = why;
  };
  for (const object of objects) {
    const { error, meta_info: meta, choices } = object;
    if (error !== undefined && error !== null) {
      const message = isObject(error) ? error.message : error;
      notes.push(`The engine reported an error: ${String(message)}`);
    } else if (isObject(object.prompt_progress)) {
      // Progress of reading the prompt, with ids that are none.
    } else if (Array.isArray(choices)) {
      for (const choice of choices.filter(isObject)) {
        if (isObject(choice.message) || isObject(choice.delta)) {
          throw new NotACompletion(
            "This is the answer of a chat endpoint: its server has already parsed what the model wrote. Ask a completion endpoint for token ids instead.",
          );
        }
        indexes.add(choice.index ?? 0);
        if ((choice.index ?? 0) !== 0) continue;
        const verbose = isObject(object.__verbose) ? object.__verbose : {};
        const isVllm = "token_ids" in choice || "stop_reason" in choice;
        const name = isVllm ? "vLLM" : "a server with OpenAI's completions";
        add(name, choice.token_ids ?? verbose.tokens, choice.text, choice.finish_reason);
      }
    } else if (Array.isArray(object.output_ids) || isObject(meta)) {
      const finish = isObject(meta) ? meta.finish_reason : undefined;
      add("SGLang", object.output_ids, object.text, isObject(finish) ? finish.type : finish, true);
    } else if (typeof object.response === "string" && "done" in object) {
      add("Ollama", undefined, object.response, object.done_reason);
    } else if (typeof object.content === "string" && ("stop" in object || "tokens_predicted" in object)) {
      if (object.stop === true && typeof object.tokens_predicted === "number") predicted = object.tokens_predicted;
      add("llama.cpp", object.tokens, object.content, object.stop_type);
    } else if (Array.isArray(object.messages)) {
      throw new NotACompletion("This is a conversation, not a completion. The tab Prompt shows conversations.");
    } else {
      const ids = ["tokens", "token_ids", "ids"].find((field) => Array.isArray(object[field]));
      const said = ["completion", "text", "content", "output"].find((field) => typeof object[field] === "string");
      if (ids === undefined && said === undefined) continue;
      add("", ids === undefined ? undefined : object[ids], said === undefined ? undefined : object[said], undefined);
    }
  }
  if (engine === undefined) {
    if (notes.length > 0) return { what: `an error, ${form}`, notes };
    throw new NotACompletion(
      "No completion is in this JSON. Paste ids, text, or the answer of a completion endpoint of llama.cpp, vLLM, SGLang or Ollama.",
    );
  }
  if (indexes.size > 1) notes.push(`The answer holds ${indexes.size} completions; the first is shown.`);
  const isLossy = predicted !== undefined && hasText && tokens.length > 0 && tokens.length < predicted;
  if (isLossy) {
    notes.push(
      `The stream lacks ${predicted! - tokens.length} of ${predicted} ids, as llama.cpp's streams do where a character has several tokens; the text is read instead.`,
    );
  }
  const hasIds = tokens.length > 0 && !isLossy;
  if (!hasIds && engine !== "") {
    notes.push("No ids are in it: text that spells a marker cannot be told from the marker.");
    if (hasText && !MARKER.test(text))
      notes.push("No marker is in the text, either: see the note on special tokens in the engine's settings.");
  }
  const from = engine === "" ? "JSON" : `${form} of ${engine}`;
  const amount = hasIds ? count(tokens.length, "token id") : "text only";
  return {
    what: `${from}, ${amount}`,
    tokens: hasIds ? tokens : undefined,
    text: hasText ? text : undefined,
    reason,
    notes,
  };
}

/** The objects of a stream of server-sent events. */
function eventsOf(text: string): { objects: JsonObject[]; form: string } | undefined {
  if (!/^data: ?\{/m.test(text)) return undefined;
  const objects: JsonObject[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (!line.startsWith("data:")) continue;
    const data = line.slice(5).trim();
    if (data === "" || data === "[DONE]") continue;
    try {
      const value: unknown = JSON.parse(data);
      if (isObject(value)) objects.push(value);
    } catch {
      // A log that was cut off ends in half an event.
    }
  }
  return objects.length === 0 ? undefined : { objects, form: "an event stream" };
}

function jsonOf(text: string): { objects: JsonObject[]; form: string } | undefined {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const objects = (Array.isArray(value) ? value : [value]).filter(isObject);
    return objects.length === 0 ? undefined : { objects, form: "a response" };
  } catch {
    return undefined;
  }
}

function jsonLinesOf(text: string): { objects: JsonObject[]; form: string } | undefined {
  if (!text.startsWith("{")) return undefined;
  const objects: JsonObject[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    try {
      const value: unknown = JSON.parse(line);
      if (!isObject(value)) return undefined;
      objects.push(value);
    } catch {
      if (objects.length === 0) return undefined;
    }
  }
  return { objects, form: "a stream of JSON lines" };
}

/** What follows the request and the head of a response, where a log or `curl -i` has them. */
function withoutHttpHead(text: string): string {
  const start = /^HTTP\/[\d.]+ \d{3}.*$/m.exec(text);
  if (start === null) return text;
  const rest = text.slice(start.index);
  const end = /\r?\n\r?\n/.exec(rest);
  return end === null ? text : rest.slice(end.index + end[0].length);
}

function checked(ids: readonly unknown[]): number[] {
  const wrong = ids.findIndex((id) => typeof id !== "number" || id >>> 0 !== id);
  if (wrong < 0) return ids as number[];
  throw new NotACompletion(
    `${JSON.stringify(ids[wrong])}, at position ${wrong + 1}, is not a token id. Ids are whole numbers from 0 to 201088.`,
  );
}

function count(amount: number, what: string): string {
  return `${amount.toLocaleString("en")} ${what}${amount === 1 ? "" : "s"}`;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
