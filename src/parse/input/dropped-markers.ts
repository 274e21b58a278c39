import type { ScannedText } from "./marker-scanner.js";

const CHANNELS = ["analysis", "commentary", "final"];
/** What shows that a message ended and the next one began. */
const BOUNDARIES: readonly string[] = [...CHANNELS.map((channel) => `assistant${channel}`), "assistant to="];
/** What a header can begin with. */
const BEGINNINGS: readonly string[] = [...CHANNELS, ...BOUNDARIES, "to=", " to="];
/** What can follow in a header behind its channel or name. */
const CONTINUATIONS: readonly string[] = [" to=", " json", " code", " text"];

const BOUNDARY = new RegExp(BOUNDARIES.join("|"));
const CHANNEL_FIRST =
  /^(assistant)?(analysis|commentary|final)( to=[\w.:/-]{1,256}(?![\w.:/-])(?: (?:json|code|text)(?!\w))?)?/;
const NAME_FIRST =
  /^(assistant(?= ))?( ?to=[\w.:/-]{1,256}?)(analysis|commentary|final)?(?![\w.:/-])( (?:json|code|text)(?!\w))?/;

/**
 * Puts back the markers that a server dropped: `analysisWe think.assistantfinalFour`. A guess by nature, for a content
 * may hold such words, too; so it is only made where it is asked for. Markers that are there are kept.
 */
export class DroppedMarkers {
  #held = "";
  #reading: "header" | "content" | "marked header";

  constructor(startsInContent: boolean) {
    this.#reading = startsInContent ? "content" : "header";
  }

  /** Takes pieces of text; gives those that are certain now, with the markers between them. */
  push(pieces: readonly ScannedText[]): ScannedText[] {
    return pieces.flatMap((piece) => (piece.mark === "text" ? this.#read(piece.text, false) : this.#pass(piece)));
  }

  /** Ends the text. */
  finish(): ScannedText[] {
    const pieces = this.#read("", true);
    // Whether the message was complete, only its markers could have told.
    if (this.#reading === "content") pieces.push(marker("end"));
    this.#reading = "header";
    return pieces;
  }

  #pass(piece: ScannedText): ScannedText[] {
    const before = this.#read("", true);
    const { mark } = piece;
    if (mark === "message") this.#reading = "content";
    else if (mark === "start" || mark === "channel") this.#reading = "marked header";
    else if (mark !== "constrain" && mark !== "other") this.#reading = "header";
    return [...before, piece];
  }

  #read(added: string, isLast: boolean): ScannedText[] {
    const pieces: ScannedText[] = [];
    this.#held += added;
    while (this.#held !== "" && this.#step(pieces, isLast)) {
      // Each step decides something; when one cannot, the next chunk must.
    }
    return pieces;
  }

  /** Takes what is certain of what is held; says whether that was anything. */
  #step(pieces: ScannedText[], isLast: boolean): boolean {
    if (this.#reading === "content") return this.#readContent(pieces, isLast);
    if (this.#reading === "header") return this.#readHeader(pieces, isLast);
    pieces.push(...text(this.#take(this.#held.length)));
    return true;
  }

  #readContent(pieces: ScannedText[], isLast: boolean): boolean {
    const boundary = BOUNDARY.exec(this.#held);
    if (boundary !== null) {
      pieces.push(...text(this.#take(boundary.index)), marker("end"), marker("start"));
      this.#reading = "header";
      return true;
    }
    const undecided = isLast ? 0 : undecidedLength(this.#held);
    const decided = this.#take(this.#held.length - undecided);
    pieces.push(...text(decided));
    return decided !== "";
  }

  #readHeader(pieces: ScannedText[], isLast: boolean): boolean {
    const held = this.#held;
    const found = readHeader(held);
    if (found !== undefined) {
      if (!isLast && mayContinue(held.slice(found.length))) return false;
      pieces.push(...found.pieces, marker("message"));
      this.#take(found.length);
    } else if (isLast) {
      // It may be half a header, or an answer without one; the state machine decides that.
      pieces.push(...text(this.#take(held.length)));
      return true;
    } else if (mayBecomeHeader(held)) {
      return false;
    } else {
      pieces.push(marker("channel"), { mark: "text", text: "final", width: 0 }, marker("message"));
      // What looked like a boundary and was none must not be looked at as one again.
      pieces.push(...text(this.#take(held.codePointAt(0)! > 0xffff ? 2 : 1)));
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

function readHeader(held: string): { readonly length: number; readonly pieces: ScannedText[] } | undefined {
  const channelFirst = CHANNEL_FIRST.exec(held);
  if (channelFirst !== null) {
    const [{ length }, role, channel, rest] = channelFirst;
    return { length, pieces: [...text(role), marker("channel"), ...text(channel, rest)] };
  }
  const nameFirst = NAME_FIRST.exec(held);
  if (nameFirst === null) return undefined;
  const [{ length }, role, recipient, channel, type] = nameFirst;
  const channelPieces = channel === undefined ? [] : [marker("channel"), ...text(channel)];
  return { length, pieces: [...text(role, recipient), ...channelPieces, ...text(type)] };
}

/** Whether more text could make this the beginning of a header. */
function mayBecomeHeader(held: string): boolean {
  return (
    BEGINNINGS.some((beginning) => beginning.startsWith(held)) || /^(?:assistant(?= ))? ?to=[\w.:/-]{0,256}$/.test(held)
  );
}

/** Whether more text could make what stands behind a header part of it. */
function mayContinue(behind: string): boolean {
  return CONTINUATIONS.some((continuation) => continuation.startsWith(behind));
}

/** How much of the end of a content may be the beginning of a boundary. */
function undecidedLength(held: string): number {
  const from = Math.max(0, held.length - Math.max(...BOUNDARIES.map(({ length }) => length)) + 1);
  for (let at = from; at < held.length; at++) {
    const end = held.slice(at);
    if (BOUNDARIES.some((boundary) => boundary.startsWith(end))) return end.length;
  }
  return 0;
}
