import { RecordError } from "../work/handler.js";

/** What a model wrote, as an engine or a file gives it: ids where there are any, otherwise text. */
export interface Completion {
  readonly tokens: readonly number[] | undefined;
  readonly text: string | undefined;
  /** Why the engine stopped, in its own word. */
  readonly reason: string | undefined;
  /** Where it is from: `llama.cpp`. */
  readonly engine: string | undefined;
  /** What has been lost on the way, in a sentence. */
  readonly note: string | undefined;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** The parts of one completion, as they come. */
class Gathered {
  #tokens: number[] = [];
  #hasTokens = false;
  #text = "";
  #hasText = false;
  #reason: string | undefined;
  #engine: string | undefined;
  #predicted: number | undefined;

  add(part: {
    readonly engine: string;
    readonly tokens?: readonly number[] | undefined;
    readonly text?: string | undefined;
    readonly reason?: unknown;
    readonly predicted?: unknown;
    /** Whether the part may begin with all that came before, as SGLang's do. */
    readonly mayRepeat?: boolean;
  }): void {
    const { engine, tokens, text, reason, predicted, mayRepeat = false } = part;
    this.#engine = engine;
    // An event without an id may still lead to one with several, so an empty list says nothing.
    if (tokens !== undefined && tokens.length > 0) {
      this.#hasTokens = true;
      if (mayRepeat && isBeginning(this.#tokens, tokens)) this.#tokens = [...tokens];
      else for (const token of tokens) this.#tokens.push(token);
    }
    if (text !== undefined) {
      this.#hasText = true;
      this.#text = mayRepeat && text.startsWith(this.#text) ? text : this.#text + text;
    }
    if (typeof reason === "string" && reason !== "none") this.#reason = reason;
    if (typeof predicted === "number") this.#predicted = predicted;
  }

  finish(): Completion {
    const lost = (this.#predicted ?? 0) - this.#tokens.length;
    const isLossy = this.#hasTokens && this.#hasText && lost > 0;
    return {
      tokens: this.#hasTokens && !isLossy ? this.#tokens : undefined,
      text: this.#hasText ? this.#text : undefined,
      reason: this.#reason,
      engine: this.#engine,
      note: isLossy
        ? `The stream lacks ${lost} of ${this.#predicted} ids, as llama.cpp's streams do where a character has several; the text is read instead.`
        : undefined,
    };
  }
}

function isBeginning(beginning: readonly number[], tokens: readonly number[]): boolean {
  return beginning.length > 0 && beginning.length <= tokens.length && beginning.every((id, at) => id === tokens[at]);
}

/**
 * Reads what an engine answered: the object of a whole response, or the objects of a stream in their order.
 * @returns The completions in it: more than one if several were asked for.
 * @throws RecordError for an answer that says that something went wrong, or that has no completion in it.
 */
export function readAnswers(answers: readonly JsonObject[]): Completion[] {
  const gathered = new Map<number, Gathered>();
  const at = (index: unknown): Gathered => {
    const key = typeof index === "number" ? index : 0;
    let found = gathered.get(key);
    if (found === undefined) {
      found = new Gathered();
      gathered.set(key, found);
    }
    return found;
  };
  for (const answer of answers) readAnswer(answer, at);
  return [...gathered].sort(([a], [b]) => a - b).map(([, completion]) => completion.finish());
}

function readAnswer(answer: JsonObject, at: (index: unknown) => Gathered): void {
  if (isObject(answer.error) || typeof answer.error === "string") throw engineError(answer.error);
  // Progress of reading the prompt, with ids that are none.
  if (isObject(answer.prompt_progress)) return;
  if (Array.isArray(answer.choices)) {
    for (const choice of answer.choices as unknown[])
      if (isObject(choice)) readChoice(choice, answer, at(choice.index));
    // The last event of a stream may hold no choice, only what was used.
    if (answer.choices.length === 0) at(0);
    return;
  }
  if (answer.output_ids !== undefined || isObject(answer.meta_info)) {
    const { finish_reason: reason } = (answer.meta_info ?? {}) as JsonObject;
    const type = isObject(reason) ? reason.type : reason;
    const tokens = idsOf(answer.output_ids, "output_ids");
    at(answer.index).add({ engine: "SGLang", tokens, text: textOf(answer.text), reason: type, mayRepeat: true });
    return;
  }
  if (typeof answer.response === "string" && "done" in answer) {
    at(0).add({ engine: "Ollama", text: answer.response, reason: answer.done_reason });
    return;
  }
  if (typeof answer.content === "string" && ("stop" in answer || "tokens_predicted" in answer)) {
    const tokens = idsOf(answer.tokens, "tokens");
    const { stop_type: reason, tokens_predicted: predicted } = answer;
    const isEnd = answer.stop === true;
    at(answer.index).add({
      engine: "llama.cpp",
      tokens,
      text: answer.content,
      reason,
      predicted: isEnd ? predicted : undefined,
    });
    return;
  }
  const known = ["tokens", "token_ids", "ids", "completion_ids"].find((field) => Array.isArray(answer[field]));
  if (known !== undefined) {
    at(0).add({ engine: "", tokens: idsOf(answer[known], known) });
    return;
  }
  const texts = ["completion", "text", "content", "output", "generated_text", "response"];
  const text = texts.find((field) => typeof answer[field] === "string");
  if (text === undefined) throw unknownAnswer(answer);
  at(0).add({ engine: "", text: answer[text] as string, reason: answer.finish_reason });
}

function readChoice(choice: JsonObject, answer: JsonObject, completion: Gathered): void {
  if (isObject(choice.message) || isObject(choice.delta)) {
    throw new RecordError(
      "parsed-answer",
      "this answer is of a chat endpoint, whose server has parsed what the model wrote; ask a completion endpoint for ids",
    );
  }
  const verbose = isObject(answer.__verbose) ? answer.__verbose : {};
  const tokens = idsOf(choice.token_ids ?? verbose.tokens, "token_ids");
  const isVllm = choice.token_ids !== undefined || "stop_reason" in choice;
  completion.add({
    engine: isVllm ? "vLLM" : "a server with OpenAI's API",
    tokens,
    text: textOf(choice.text),
    reason: choice.finish_reason,
    predicted: verbose.stop === true ? verbose.tokens_predicted : undefined,
  });
}

function engineError(error: unknown): RecordError {
  const message = isObject(error) ? error.message : error;
  return new RecordError("engine-error", `the engine answered with an error: ${String(message)}`);
}

function unknownAnswer(answer: JsonObject): RecordError {
  if (Array.isArray(answer.messages)) {
    return new RecordError(
      "not-a-completion",
      "this is a conversation, not a completion; harmony-format render and check read it",
    );
  }
  const fields = Object.keys(answer).slice(0, 6).join(", ");
  return new RecordError(
    "not-a-completion",
    `no completion is in this object (${fields}); put ids in the field tokens, or text in the field text`,
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/**
 * Ids from JSON.
 * @throws RecordError for what is not a list of whole numbers.
 */
export function idsOf(value: unknown, place: string): readonly number[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw new RecordError("wrong-type", "must be a list of ids", place);
  for (const [index, id] of value.entries()) {
    if (typeof id !== "number" || id >>> 0 !== id) {
      const where = place === "" ? `[${index}]` : `${place}[${index}]`;
      throw new RecordError("not-an-id", `${show(id)} is not an id; ids are whole numbers from 0 to 201088`, where);
    }
  }
  return value as number[];
}

function show(value: unknown): string {
  const shown = JSON.stringify(value) ?? String(value);
  return shown.length > 40 ? `${shown.slice(0, 40)}…` : shown;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
