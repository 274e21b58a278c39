import { calledToolOf } from "../chat/tool-call.js";
import type { Diagnostic } from "../parse/diagnostic.js";
import type { HarmonyEvent, MessageStartEvent } from "../parse/event.js";
import { HeldText } from "./held-text.js";
import type { ClientTool, ToolNames } from "./tool-names.js";

/**
 * A message of the model as the shapes show it:
 *
 * - `reasoning`: what it thinks; also what is on a channel that does not exist, or in the name of someone else, since
 *   nobody meant that for the user.
 * - `preamble`: what it tells the user before it calls a tool.
 * - `answer`: what it answers.
 * - `call`: a call of a tool.
 */
export interface ReplyPart {
  readonly type: "reasoning" | "preamble" | "answer" | "call";
  /** Counts the parts of a reply. */
  readonly index: number;
  /** The tool that is called. */
  readonly tool?: ClientTool;
  /** The id of a call, by which its result will be found. */
  readonly callId?: string;
}

/** What a reader of a reply reports. */
export type ReplyEvent =
  | { readonly type: "part-start"; readonly part: ReplyPart }
  /** The next piece of a part's text; never empty. */
  | { readonly type: "part-delta"; readonly part: ReplyPart; readonly text: string }
  /** A part has ended; `isComplete` is false where the model was cut off in it. */
  | { readonly type: "part-end"; readonly part: ReplyPart; readonly text: string; readonly isComplete: boolean }
  | { readonly type: "diagnostic"; readonly diagnostic: Diagnostic };

/** How a reply is read. */
export interface ReplyOptions {
  readonly toolNames: ToolNames;
  /** The strings at which an answer ends. */
  readonly stop?: readonly string[] | undefined;
  /** Makes the ids of calls; the default is random. */
  readonly newCallId?: (() => string) | undefined;
  /** The beginning of the first message that the prompt holds: it is not part of the reply. */
  readonly prefilled?: string | undefined;
}

/** A part that is being read. */
interface OpenPart {
  readonly part: ReplyPart;
  /** Lets through what may be shown; absent where all may. */
  readonly held: HeldText | undefined;
  /**
   * Whether its text is only known at its end: that of a custom tool may be wrapped in JSON. `undefined` as long as nothing
   * has come but white space, so that nobody can tell.
   */
  isGathered: boolean | undefined;
  text: string;
  shown: string;
}

/** Turns the events of a parser into those of the parts that a client is shown. */
export class ReplyReader {
  readonly #toolNames: ToolNames;
  readonly #stop: readonly string[];
  readonly #newCallId: () => string;
  #count = 0;
  #callCount = 0;
  #open: OpenPart | undefined;
  #stoppedBy: string | undefined;
  /** How much of the text to come the prompt holds already, in UTF-16 units. */
  #prefilled: number;

  constructor({ toolNames, stop = [], newCallId = () => newId("call_"), prefilled = "" }: ReplyOptions) {
    this.#toolNames = toolNames;
    this.#stop = stop;
    this.#newCallId = newCallId;
    this.#prefilled = prefilled.length;
  }

  /** The stop string that has ended the reply: what follows is not part of it, and the engine can be stopped. */
  get stoppedBy(): string | undefined {
    return this.#stoppedBy;
  }

  /** How many calls the reply holds. */
  get callCount(): number {
    return this.#callCount;
  }

  /** Takes an event of the parser, and returns what came of it. */
  read(event: HarmonyEvent): ReplyEvent[] {
    if (event.type === "diagnostic") return [event];
    if (this.#stoppedBy !== undefined) return [];
    switch (event.type) {
      case "message-start":
        return this.#start(event);
      case "delta":
        return this.#add(event.text);
      case "message-end":
        return this.#end(event.ending !== "end-of-input");
      default:
        return [];
    }
  }

  #start(event: MessageStartEvent): ReplyEvent[] {
    const called = calledToolOf(event);
    const index = this.#count;
    this.#count += 1;
    let part: ReplyPart;
    if (called === undefined) {
      part = { type: textTypeOf(event), index };
    } else {
      this.#callCount += 1;
      part = { type: "call", index, tool: this.#toolNames.called(called.recipient), callId: this.#newCallId() };
    }
    const isShown = part.type === "answer" || part.type === "preamble";
    this.#open = {
      part,
      held: isShown ? new HeldText(part.type === "answer" ? this.#stop : []) : undefined,
      isGathered: part.tool?.type === "custom" ? undefined : false,
      text: "",
      shown: "",
    };
    return [{ type: "part-start", part }];
  }

  #add(delta: string): ReplyEvent[] {
    const open = this.#open;
    if (open === undefined) return [];
    const text = this.#prefilled === 0 ? delta : delta.slice(this.#prefilled);
    this.#prefilled -= delta.length - text.length;
    open.text += text;
    let piece = text;
    if (open.isGathered === undefined) {
      open.isGathered = mayBeWrapped(text);
      piece = open.text;
    }
    if (open.isGathered !== false) return [];
    const events = this.#show(open, open.held === undefined ? piece : open.held.push(piece));
    const stoppedBy = open.held?.stoppedBy;
    if (stoppedBy === undefined) return events;
    events.push(...this.#end(true));
    this.#stoppedBy = stoppedBy;
    return events;
  }

  #end(isComplete: boolean): ReplyEvent[] {
    const open = this.#open;
    if (open === undefined) return [];
    this.#open = undefined;
    const { part, text } = open;
    let rest = open.held?.end() ?? "";
    if (open.isGathered !== false) rest = isComplete ? unwrapped(text) : text;
    else if (isComplete && takesJson(part) && text.trim() === "") {
      // A call without arguments is a call with none.
      rest = "{}";
    }
    const events = this.#show(open, rest);
    events.push({ type: "part-end", part, text: open.shown, isComplete });
    return events;
  }

  #show(open: OpenPart, text: string): ReplyEvent[] {
    if (text === "") return [];
    open.shown += text;
    return [{ type: "part-delta", part: open.part, text }];
  }
}

/** What a message without a tool is to the user. */
function textTypeOf({ role, channel }: MessageStartEvent): "reasoning" | "preamble" | "answer" {
  if (role !== "assistant") return "reasoning";
  // Without a channel, the model has left out what it had to say last: the word final.
  if (channel === "final" || channel === undefined) return "answer";
  return channel === "commentary" ? "preamble" : "reasoning";
}

/** Whether a part is a call whose arguments are JSON. */
function takesJson({ tool }: ReplyPart): boolean {
  return tool !== undefined && tool.type !== "custom" && tool.recipient !== "python";
}

/** Whether a text that begins like this may turn out to be JSON that holds the text; `undefined` for white space alone. */
function mayBeWrapped(text: string): boolean | undefined {
  const start = text.trimStart();
  return start === "" ? undefined : start.startsWith("{") || start.startsWith('"');
}

/** The fields in which models wrap the text of a custom call. Others may be the text's own: it may be JSON by itself. */
const WRAPPINGS: ReadonlySet<string> = new Set(["input", "text", "content", "patch", "code", "_"]);

/** The text of a custom call: models often write it as JSON, as a string or as the only field of an object. */
function unwrapped(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return text;
  const [only, ...others] = Object.entries(value);
  if (only === undefined || others.length > 0 || !WRAPPINGS.has(only[0])) return text;
  return typeof only[1] === "string" ? only[1] : text;
}

/** A new id that nobody can guess: 24 letters and digits behind the prefix. */
export function newId(prefix: string): string {
  let id = prefix;
  for (const byte of crypto.getRandomValues(new Uint8Array(24))) id += ALPHABET[byte % ALPHABET.length];
  return id;
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
