import type { Role } from "../chat/role.js";
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
}

/** A part that is being read. */
interface OpenPart {
  readonly part: ReplyPart;
  /** Lets through what may be shown; absent where all may. */
  readonly held: HeldText | undefined;
  /** Arguments that are only known at their end, since they may be wrapped. */
  readonly isGathered: boolean;
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

  constructor({ toolNames, stop = [], newCallId = () => newId("call_") }: ReplyOptions) {
    this.#toolNames = toolNames;
    this.#stop = stop.filter((string) => string !== "");
    this.#newCallId = newCallId;
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
      isGathered: part.tool?.type === "custom",
      text: "",
      shown: "",
    };
    return [{ type: "part-start", part }];
  }

  #add(text: string): ReplyEvent[] {
    const open = this.#open;
    if (open === undefined) return [];
    open.text += text;
    if (open.isGathered && mayBeWrapped(open.text)) return [];
    const piece = open.isGathered && open.shown === "" ? open.text : text;
    const shown = open.held === undefined ? piece : open.held.push(piece);
    const events = this.#show(open, shown);
    if (open.held?.stoppedBy === undefined) return events;
    events.push(...this.#end(true));
    this.#stoppedBy = open.held.stoppedBy;
    return events;
  }

  #end(isComplete: boolean): ReplyEvent[] {
    const open = this.#open;
    if (open === undefined) return [];
    this.#open = undefined;
    const { part, text } = open;
    let rest = open.held?.end() ?? "";
    if (open.isGathered && open.shown === "") rest = isComplete ? unwrapped(text) : text;
    // A call without arguments is a call with none.
    else if (part.tool?.type !== "custom" && part.tool?.recipient !== "python" && part.type === "call" && isComplete) {
      if (text.trim() === "") rest = "{}";
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
export function textTypeOf(header: {
  readonly role: Role;
  readonly channel?: string | undefined;
}): "reasoning" | "preamble" | "answer" {
  const { role, channel } = header;
  if (role !== "assistant") return "reasoning";
  // Without a channel, the model has left out what it had to say last: the word final.
  if (channel === "final" || channel === undefined) return "answer";
  return channel === "commentary" ? "preamble" : "reasoning";
}

/** Whether the text of a custom call may still turn out to be JSON that holds the text. */
function mayBeWrapped(text: string): boolean {
  const start = text.trimStart();
  return start === "" || start.startsWith("{") || start.startsWith('"');
}

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
  const [only, ...others] = Object.values(value);
  return typeof only === "string" && others.length === 0 ? only : text;
}

/** A new id that nobody can guess: 24 letters and digits behind the prefix. */
export function newId(prefix: string): string {
  let id = prefix;
  for (const byte of crypto.getRandomValues(new Uint8Array(24))) id += ALPHABET[byte % ALPHABET.length];
  return id;
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
