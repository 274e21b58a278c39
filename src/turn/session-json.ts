import { type MessageJSON, readMessage } from "../chat/message.js";
import type { Prefill } from "../chat/prefill.js";
import { checkRole, type Role } from "../chat/role.js";
import { HarmonyError } from "../errors.js";
import { isRecord, showValue } from "../options.js";
import type { KeepAnalysis } from "../render/keep-analysis.js";
import type { RecipientPlace } from "../render/message.js";
import { type ChangeReason, type Entry, Reasons, type Slice, type Source } from "./sequence.js";

/** A message that the model is to write, or to go on with. */
export interface BegunMessage {
  readonly role: Role;
  readonly prefill: Prefill | undefined;
  /** What the prompt holds of it. */
  readonly given: Source;
}

/** A completion that has not ended. */
export interface OpenCompletion extends BegunMessage {
  readonly completion: Source;
  /** The index of its first entry. */
  readonly first: number;
}

/** All that a session knows but its options. */
export interface SessionState {
  readonly entries: Entry[];
  /** What the engine has seen: the last prompt and its completion. */
  seen: readonly Slice[];
  /** Why things stand otherwise now. */
  readonly reasons: Reasons;
  /** Whether the system messages say that functions are declared. */
  hasFunctionTools: boolean;
  open: OpenCompletion | undefined;
  /** What the last prompt ended with, as long as nothing has been added. */
  next: BegunMessage | undefined;
}

/** A stretch of a source: the index of the source, and the first and the last token but one. */
type SliceJSON = readonly [source: number, start: number, end: number];

interface BegunJSON {
  readonly role: Role;
  readonly prefill?: Prefill | undefined;
  readonly given: number;
}

/** A session as plain data. Programs should not rely on more than `version`. */
export interface SessionJSON {
  readonly version: 1;
  readonly options: {
    readonly keepAnalysis?: (KeepAnalysis & string) | "function" | undefined;
    readonly recipientPlace?: RecipientPlace | undefined;
    readonly tools?: readonly string[] | undefined;
    readonly continueAfterCall?: boolean | undefined;
    readonly maxMessageLength?: number | undefined;
  };
  readonly sources: readonly { readonly sampled: boolean; readonly tokens: readonly number[] }[];
  readonly entries: readonly {
    readonly message?: MessageJSON;
    readonly slices: readonly SliceJSON[];
    readonly lengths: readonly [lead: number, header: number, content: number, terminator: number];
    readonly restart?: number;
    readonly leftOut?: true;
  }[];
  readonly seen: readonly SliceJSON[];
  readonly reasons: readonly (readonly [reason: ChangeReason, source: number, start: number, end: number])[];
  readonly hasFunctionTools: boolean;
  readonly open?: BegunJSON & { readonly completion: number; readonly first: number };
  readonly next?: BegunJSON;
}

/** What of a session's options is saved: all but a function. */
interface SavedOptions {
  readonly keepAnalysis?: KeepAnalysis | undefined;
  readonly recipientPlace?: RecipientPlace | undefined;
  readonly tools?: Iterable<string> | undefined;
  readonly continueAfterCall?: boolean | undefined;
  readonly maxMessageLength?: number | undefined;
}

/** Writes a session as plain data. */
export function writeSession(state: SessionState, options: SavedOptions): SessionJSON {
  const { entries, seen, reasons, hasFunctionTools, open, next } = state;
  const sources = new Map<Source, number>();
  const indexOf = (source: Source): number => {
    const index = sources.get(source) ?? sources.size;
    sources.set(source, index);
    return index;
  };
  const sliceOf = ({ source, start, end }: Slice): SliceJSON => [indexOf(source), start, end];
  const begunOf = ({ role, prefill, given }: BegunMessage): BegunJSON => ({
    role,
    ...(prefill !== undefined && { prefill }),
    given: indexOf(given),
  });
  const { keepAnalysis, tools, ...others } = options;
  const body = {
    entries: entries.map(({ message, slices, lead, header, content, terminator, restart, isLeftOut }) => ({
      ...(message !== undefined && { message: message.toJSON() }),
      slices: slices.map(sliceOf),
      lengths: [lead, header, content, terminator] as const,
      ...(restart !== undefined && { restart: indexOf(restart) }),
      ...(isLeftOut && { leftOut: true as const }),
    })),
    seen: seen.map(sliceOf),
    reasons: reasons.notes.map(({ slice, reason }) => [reason, ...sliceOf(slice)] as const),
    hasFunctionTools,
    ...(open !== undefined && {
      open: { ...begunOf(open), completion: indexOf(open.completion), first: open.first },
    }),
    ...(next !== undefined && { next: begunOf(next) }),
  };
  return {
    version: 1,
    options: {
      ...others,
      ...(keepAnalysis !== undefined && {
        keepAnalysis: typeof keepAnalysis === "function" ? "function" : keepAnalysis,
      }),
      ...(tools !== undefined && { tools: Array.from(tools) }),
    },
    sources: Array.from(sources.keys(), ({ isSampled, tokens }) => ({ sampled: isSampled, tokens: [...tokens] })),
    ...body,
  };
}

/**
 * Reads what {@link writeSession} wrote, as text or already parsed.
 * @throws HarmonyError `invalid-json`; `invalid-session` with the path; the errors of messages.
 */
export function readSession(json: string | SessionJSON): {
  readonly state: SessionState;
  readonly options: SessionJSON["options"];
} {
  const session = objectAt(typeof json === "string" ? parseText(json) : json, "");
  if (session.version !== 1) {
    throw invalid("version", `1, since this release reads no other, not ${showValue(session.version)}`);
  }
  const sources = listAt(session.sources, "sources").map((value, index): Source => {
    const { sampled, tokens } = objectAt(value, `sources[${index}]`);
    const path = `sources[${index}].tokens`;
    return {
      isSampled: booleanAt(sampled, `sources[${index}].sampled`),
      tokens: listAt(tokens, path).map((token, at) => indexAt(token, 2 ** 32, `${path}[${at}]`)),
    };
  });
  const sourceAt = (value: unknown, path: string): Source => sources[indexAt(value, sources.length, path)]!;
  const sliceAt = (value: unknown, path: string): Slice => {
    const [index, from, to] = listAt(value, path);
    const source = sourceAt(index, `${path}[0]`);
    const end = indexAt(to, source.tokens.length + 1, `${path}[2]`);
    return { source, start: indexAt(from, end + 1, `${path}[1]`), end };
  };
  const slicesAt = (value: unknown, path: string): Slice[] =>
    listAt(value, path).map((slice, index) => sliceAt(slice, `${path}[${index}]`));
  const begunAt = (value: unknown, path: string): BegunMessage => {
    const { role, prefill, given } = objectAt(value, path);
    checkRole(role, `${path}.role`);
    if (prefill !== undefined) objectAt(prefill, `${path}.prefill`);
    return { role, prefill: prefill as Prefill | undefined, given: sourceAt(given, `${path}.given`) };
  };

  const entries = listAt(session.entries, "entries").map((value, index): Entry => {
    const path = `entries[${index}]`;
    const { message, slices, lengths, restart, leftOut } = objectAt(value, path);
    const read = slicesAt(slices, `${path}.slices`);
    const room = read.reduce((sum, { start, end }) => sum + end - start, 1);
    const [lead, header, content, terminator] = listAt(lengths, `${path}.lengths`);
    const lengthAt = (length: unknown, at: number): number => indexAt(length, room, `${path}.lengths[${at}]`);
    return {
      message: message === undefined ? undefined : readMessage(message, `${path}.message`, false),
      slices: read,
      lead: lengthAt(lead, 0),
      header: lengthAt(header, 1),
      content: lengthAt(content, 2),
      terminator: lengthAt(terminator, 3),
      restart: restart === undefined ? undefined : sourceAt(restart, `${path}.restart`),
      isLeftOut: leftOut === true,
    };
  });
  const reasons = new Reasons();
  listAt(session.reasons, "reasons").forEach((value, index) => {
    const path = `reasons[${index}]`;
    const [reason, ...slice] = listAt(value, path);
    if (typeof reason !== "string") throw invalid(`${path}[0]`, "a string");
    reasons.note([sliceAt(slice, path)], reason as ChangeReason);
  });
  const { open, next } = session;
  const begun = open === undefined ? undefined : objectAt(open, "open");
  const state: SessionState = {
    entries,
    reasons,
    seen: slicesAt(session.seen, "seen"),
    hasFunctionTools: booleanAt(session.hasFunctionTools, "hasFunctionTools"),
    open:
      begun === undefined
        ? undefined
        : {
            ...begunAt(begun, "open"),
            completion: sourceAt(begun.completion, "open.completion"),
            first: indexAt(begun.first, entries.length + 1, "open.first"),
          },
    next: next === undefined ? undefined : begunAt(next, "next"),
  };
  return { state, options: objectAt(session.options, "options") as SessionJSON["options"] };
}

function parseText(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new HarmonyError("invalid-json", error instanceof Error ? error.message : String(error), { path: "" });
  }
}

function objectAt(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw invalid(path, `an object, not ${showValue(value)}`);
}

function listAt(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(path, `a list, not ${showValue(value)}`);
}

function booleanAt(value: unknown, path: string): boolean {
  if (typeof value === "boolean") return value;
  throw invalid(path, `true or false, not ${showValue(value)}`);
}

/** An integer from 0 on that is less than `end`. */
function indexAt(value: unknown, end: number, path: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < end) return value;
  throw invalid(path, `an integer from 0 to ${end - 1}, not ${showValue(value)}`);
}

function invalid(path: string, expected: string): HarmonyError {
  const place = path === "" ? "it" : path;
  const message = `this is not a saved session: ${place} must be ${expected}; give what toJSON() of a HarmonySession returned`;
  return new HarmonyError("invalid-session", message, { path });
}
