import { CHANNELS, Channel } from "../../chat/channel.js";
import type { Finish } from "../finish.js";
import { ANY_CHANNEL, ANY_CONTENT_TYPE, CONTENT_TYPES, TO } from "../words.js";
import type { ScannedText } from "./marker-scanner.js";

/** What shows that a message has ended and the next one begins. */
const BOUNDARIES: readonly string[] = [...CHANNELS.map((channel) => `assistant${channel}`), `assistant ${TO}`];
/** What a header can begin with. */
const BEGINNINGS: readonly string[] = [...CHANNELS, ...BOUNDARIES, TO, ` ${TO}`];
/** What can follow the channel or the name in a header. */
const CONTINUATIONS: readonly string[] = [` ${TO}`, ...CONTENT_TYPES.map((type) => ` ${type}`)];

/** The characters of a name. Longer names than this are text, or an endless one would be held back forever. */
const NAME = "[\\w.:/-]";
const LONGEST_NAME = 256;
const TYPE = `(?: (?:${ANY_CONTENT_TYPE})(?!\\w))`;

const BOUNDARY = new RegExp(BOUNDARIES.join("|"));
/** `analysis`, `assistantcommentary to=functions.x json`. */
const CHANNEL_FIRST = new RegExp(`^(assistant)?(${ANY_CHANNEL})( ${TO}${NAME}{1,${LONGEST_NAME}}(?!${NAME})${TYPE}?)?`);
/** `to=functions.x json`, `assistant to=functions.xcommentary json`. */
const NAME_FIRST = new RegExp(
  `^(assistant(?= ))?( ?${TO}${NAME}{1,${LONGEST_NAME}}?)(${ANY_CHANNEL})?(?!${NAME})(${TYPE})?`,
);
/** The beginning of a name that could go on. */
const UNFINISHED_NAME = new RegExp(`^(?:assistant(?= ))? ?${TO}${NAME}{0,${LONGEST_NAME}}$`);

/**
 * Puts back the markers that a server dropped: `analysisWe think.assistantfinalFour`. This is a guess by nature, since a
 * content may contain such words as well, so it is made only on request. Markers that are there are kept.
 */
export class DroppedMarkers {
  #held = "";
  #reading: "header" | "content" | "marked header";

  constructor(startsInContent: boolean) {
    this.#reading = startsInContent ? "content" : "header";
  }

  /** Takes stretches of text; gives those that are certain now, with the markers between them. */
  push(stretches: readonly ScannedText[]): ScannedText[] {
    return stretches.flatMap((stretch) =>
      stretch.mark === "text" ? this.#read(stretch.text, false) : this.#passMarker(stretch),
    );
  }

  /** Ends the text. */
  finish(finish: Finish): ScannedText[] {
    const scanned = this.#read("", true);
    // Only its markers, or the engine, could have told whether the message was complete, so it is taken to be.
    if (this.#reading === "content" && finish === "unknown") scanned.push(marker("end"));
    this.#reading = "header";
    return scanned;
  }

  #passMarker(marker: ScannedText): ScannedText[] {
    const before = this.#read("", true);
    const { mark } = marker;
    if (mark === "message") this.#reading = "content";
    else if (mark === "start" || mark === "channel") this.#reading = "marked header";
    else if (mark !== "constrain" && mark !== "other") this.#reading = "header";
    return [...before, marker];
  }

  #read(added: string, isLast: boolean): ScannedText[] {
    const scanned: ScannedText[] = [];
    this.#held += added;
    while (this.#held !== "" && this.#step(scanned, isLast)) {
      // Each step decides something. If one cannot, the next chunk must.
    }
    return scanned;
  }

  /** Takes what is certain of the held text; returns whether anything was. */
  #step(scanned: ScannedText[], isLast: boolean): boolean {
    if (this.#reading === "content") return this.#readContent(scanned, isLast);
    if (this.#reading === "header") return this.#readHeader(scanned, isLast);
    scanned.push(...text(this.#take(this.#held.length)));
    return true;
  }

  #readContent(scanned: ScannedText[], isLast: boolean): boolean {
    const boundary = BOUNDARY.exec(this.#held);
    if (boundary !== null) {
      scanned.push(...text(this.#take(boundary.index)), marker("end"), marker("start"));
      this.#reading = "header";
      return true;
    }
    const undecided = isLast ? 0 : undecidedLength(this.#held);
    const decided = this.#take(this.#held.length - undecided);
    scanned.push(...text(decided));
    return decided !== "";
  }

  #readHeader(scanned: ScannedText[], isLast: boolean): boolean {
    const held = this.#held;
    const found = readHeader(held);
    if (found !== undefined) {
      if (!isLast && mayContinue(held.slice(found.length))) return false;
      scanned.push(...found.scanned, marker("message"));
      this.#take(found.length);
    } else if (isLast) {
      // It may be half a header, or an answer without one: the state machine decides.
      scanned.push(...text(this.#take(held.length)));
      return true;
    } else if (mayBecomeHeader(held)) {
      return false;
    } else {
      scanned.push(marker("channel"), { mark: "text", text: Channel.FINAL, width: 0 }, marker("message"));
      // What looked like a boundary and was not must not be taken for one again.
      scanned.push(...text(this.#take(held.codePointAt(0)! > 0xffff ? 2 : 1)));
    }
    this.#reading = "content";
    return true;
  }

  #take(length: number): string {
    const taken = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    return taken;
  }
}

/** A marker that is not in the text. */
function marker(mark: "channel" | "end" | "message" | "start"): ScannedText {
  return { mark, text: `<|${mark}|>`, width: 0 };
}

function text(...parts: readonly (string | undefined)[]): ScannedText[] {
  return parts.flatMap((part) => (part ? [{ mark: "text", text: part, width: part.length }] : []));
}

function readHeader(held: string): { readonly length: number; readonly scanned: ScannedText[] } | undefined {
  const channelFirst = CHANNEL_FIRST.exec(held);
  if (channelFirst !== null) {
    const [{ length }, role, channel, rest] = channelFirst;
    return { length, scanned: [...text(role), marker("channel"), ...text(channel, rest)] };
  }
  const nameFirst = NAME_FIRST.exec(held);
  if (nameFirst === null) return undefined;
  const [{ length }, role, recipient, channel, type] = nameFirst;
  const channelPieces = channel === undefined ? [] : [marker("channel"), ...text(channel)];
  return { length, scanned: [...text(role, recipient), ...channelPieces, ...text(type)] };
}

/** Whether more text could make this the beginning of a header. */
function mayBecomeHeader(held: string): boolean {
  return BEGINNINGS.some((beginning) => beginning.startsWith(held)) || UNFINISHED_NAME.test(held);
}

/** Whether more text could make what follows a header a part of it. */
function mayContinue(behind: string): boolean {
  return CONTINUATIONS.some((continuation) => continuation.startsWith(behind));
}

/** How many units at the end of a content may be the beginning of a boundary. */
function undecidedLength(held: string): number {
  const from = Math.max(0, held.length - Math.max(...BOUNDARIES.map(({ length }) => length)) + 1);
  for (let at = from; at < held.length; at++) {
    const end = held.slice(at);
    if (BOUNDARIES.some((boundary) => boundary.startsWith(end))) return end.length;
  }
  return 0;
}
