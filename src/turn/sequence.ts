import type { Message } from "../chat/message.js";

/** Tokens that were rendered at once, or that a completion consists of. Nothing in it is ever changed. */
export interface Source {
  readonly tokens: readonly number[];
  /** Whether the model wrote them. */
  readonly isSampled: boolean;
}

/** A stretch of a source. */
export interface Slice {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** A message with the tokens that it has in the sequence. */
export interface Entry {
  /** `undefined` for a completion that holds no message. */
  message: Message | undefined;
  slices: Slice[];
  /** How many tokens stand before the header, in no message. */
  lead: number;
  /** How many tokens the parts of the message have; what follows them is in no message. */
  header: number;
  content: number;
  terminator: number;
  /**
   * What the tokens lack at their beginning if the entry before is left out: a start token, and perhaps the role. `undefined`
   * if they have a start token of their own.
   */
  restart: Source | undefined;
  isLeftOut: boolean;
}

/**
 * Why something stands otherwise in the sequence than in what the engine has seen.
 *
 * - `"return-in-the-past"`: a message that ended with return is the last one no more; now it ends as a past one does.
 * - `"analysis-left-out"`: old analysis is left out, as the option `keepAnalysis` says.
 * - `"analysis-restored"`: analysis that had been left out is back, as the option `keepAnalysis` says.
 * - `"start-restored"`: a message that the model began without a start token has one, since it follows another message now.
 * - `"incomplete-header"`: the completion ended in a header that said nothing yet.
 * - `"functions-declared"`: a developer message declares functions now, or no more, and the system message has to say so.
 * - `"message-changed"`, `"message-removed"`, `"message-inserted"`: the program changed the conversation.
 */
export type ChangeReason =
  | "return-in-the-past"
  | "analysis-left-out"
  | "analysis-restored"
  | "start-restored"
  | "incomplete-header"
  | "functions-declared"
  | "message-changed"
  | "message-removed"
  | "message-inserted";

/** A stretch of what the engine has seen that stands otherwise in the next prompt. */
export interface SessionChange {
  readonly reason: ChangeReason;
  /** Where it begins, as an index in the tokens that the engine has seen: the last prompt and its completion. */
  readonly from: number;
  /** How many of these tokens are gone. */
  readonly removed: number;
  /** How many tokens stand in their place. */
  readonly inserted: number;
}

/**
 * How many items two lists have in common at their beginnings: of a prompt and of what an engine has seen, the tokens that
 * its cache serves.
 */
export function commonPrefixLength(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const end = Math.min(a.length, b.length);
  let length = 0;
  while (length < end && a[length] === b[length]) length += 1;
  return length;
}

/** How many tokens slices have. */
export function lengthOf(slices: readonly Slice[]): number {
  return slices.reduce((sum, { start, end }) => sum + end - start, 0);
}

/**
 * The slices that entries consist of, in order, without those that are left out.
 * @param visit Is told of each entry where it starts, and how many tokens are put in front of it for want of a start token.
 */
export function slicesOf(
  entries: readonly Entry[],
  visit?: (entry: Entry, start: number, restarted: number) => void,
): Slice[] {
  const slices: Slice[] = [];
  let position = 0;
  let previous: Entry | undefined;
  for (const entry of entries) {
    if (!entry.isLeftOut) {
      const restart = needsRestart(entry, previous) ? [whole(entry.restart!)] : [];
      const own = [...restart, ...entry.slices];
      visit?.(entry, position, lengthOf(restart));
      slices.push(...own);
      position += lengthOf(own);
    }
    previous = entry;
  }
  return slices;
}

/** Whether an entry has to begin with a start token of its own. */
export function needsRestart(entry: Entry, previous: Entry | undefined): boolean {
  return !entry.isLeftOut && entry.restart !== undefined && (previous === undefined || previous.isLeftOut);
}

/** A source as a slice. */
export function whole(source: Source): Slice {
  return { source, start: 0, end: source.tokens.length };
}

/** The tokens of slices. */
export function tokensOf(slices: readonly Slice[]): number[] {
  const tokens: number[] = [];
  for (const { source, start, end } of slices) {
    for (let index = start; index < end; index++) tokens.push(source.tokens[index]!);
  }
  return tokens;
}

/** For each token of slices, 1 if the model wrote it, else 0. */
export function maskOf(slices: readonly Slice[]): Uint8Array<ArrayBuffer> {
  const mask = new Uint8Array(lengthOf(slices));
  let at = 0;
  for (const { source, start, end } of slices) {
    if (source.isSampled) mask.fill(1, at, at + end - start);
    at += end - start;
  }
  return mask;
}

/** Why a slice went or came. */
export interface Note {
  readonly slice: Slice;
  readonly reason: ChangeReason;
}

/** Why slices went or came. What is noted last about a slice counts. */
export class Reasons {
  /** In the order in which they were noted. */
  readonly notes: Note[] = [];
  readonly #bySource = new Map<Source, Note[]>();

  note(slices: readonly Slice[], reason: ChangeReason): void {
    for (const slice of slices) {
      const note = { slice, reason };
      this.notes.push(note);
      const others = this.#bySource.get(slice.source);
      if (others === undefined) this.#bySource.set(slice.source, [note]);
      else others.push(note);
    }
  }

  /** Why the token at an index of a source went or came; `undefined` for what was only appended. */
  at(source: Source, index: number): ChangeReason | undefined {
    const notes = this.#bySource.get(source);
    return notes?.findLast(({ slice: { start, end } }) => index >= start && index < end)?.reason;
  }

  clear(): void {
    this.notes.length = 0;
    this.#bySource.clear();
  }
}

/** A slice, and where it stands in what was seen. */
interface Seen extends Slice {
  readonly position: number;
}

/**
 * What differs between what the engine has seen and what there is now. The slices of both are in the same order, so one
 * walk through both finds it; what stands now behind all that was seen is no change.
 */
export function changesBetween(seen: readonly Slice[], now: readonly Slice[], reasons: Reasons): SessionChange[] {
  const script = new Script(seen, reasons);
  for (const { source, start, end } of now) {
    for (let from = start; from < end; ) {
      const found = script.find(source, from);
      const to = found === undefined ? end : Math.min(end, found.end);
      const slice = { source, start: from, end: to };
      if (found === undefined) script.insert(slice);
      else script.keep(slice, found.position + from - found.start);
      from = to;
    }
  }
  return script.finish();
}

/** Collects changes while the slices that stand now are told in order. */
class Script {
  readonly #seen: Seen[] = [];
  readonly #bySource = new Map<Source, Seen[]>();
  readonly #reasons: Reasons;
  readonly #changes: { reason: ChangeReason; from: number; removed: number; inserted: number }[] = [];
  readonly #inserted: Slice[] = [];
  readonly #length: number;
  /** How much of what was seen is dealt with. */
  #at = 0;
  /** The index of the seen slice that holds this place. */
  #index = 0;

  constructor(seen: readonly Slice[], reasons: Reasons) {
    this.#reasons = reasons;
    let position = 0;
    for (const slice of seen) {
      const placed = { ...slice, position };
      this.#seen.push(placed);
      const others = this.#bySource.get(slice.source);
      if (others === undefined) this.#bySource.set(slice.source, [placed]);
      else others.push(placed);
      position += slice.end - slice.start;
    }
    this.#length = position;
  }

  /** The slice that was seen with this token, if it is still to be dealt with. */
  find(source: Source, index: number): Seen | undefined {
    const found = this.#bySource.get(source)?.find(({ start, end }) => index >= start && index < end);
    return found !== undefined && found.position + index - found.start >= this.#at ? found : undefined;
  }

  insert(slice: Slice): void {
    this.#inserted.push(slice);
  }

  keep({ start, end }: Slice, position: number): void {
    this.#removeUpTo(position);
    this.#putInserted();
    this.#at += end - start;
  }

  finish(): SessionChange[] {
    this.#removeUpTo(this.#length);
    this.#putInserted();
    return this.#changes;
  }

  #removeUpTo(end: number): void {
    for (; this.#at < end; this.#at++) {
      while (this.#at >= endOf(this.#seen[this.#index]!)) this.#index += 1;
      const { source, start, position } = this.#seen[this.#index]!;
      this.#add(this.#reasons.at(source, start + this.#at - position) ?? "message-removed", 1, 0);
    }
  }

  #putInserted(): void {
    for (const { source, start, end } of this.#inserted.splice(0)) {
      const reason = this.#reasons.at(source, start);
      // Behind everything that was seen, what has no reason was only appended, and so was what follows it.
      if (reason === undefined && this.#at === this.#length) return;
      this.#add(reason ?? "message-inserted", 0, end - start);
    }
  }

  #add(reason: ChangeReason, removed: number, inserted: number): void {
    const last = this.#changes.at(-1);
    if (last !== undefined && last.reason === reason && last.from + last.removed === this.#at) {
      last.removed += removed;
      last.inserted += inserted;
    } else {
      this.#changes.push({ reason, from: this.#at, removed, inserted });
    }
  }
}

function endOf({ position, start, end }: Seen): number {
  return position + end - start;
}
