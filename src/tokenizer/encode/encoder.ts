import { merges } from "../merges.js";
import type { EncodeIntoResult } from "../tokenizer.js";
import { PieceCache } from "./cache-short.js";
import { PieceMerge } from "./merge.js";
import { END_OF_TEXT } from "./split-pattern.js";
import { Splitter } from "./splitter.js";
import { cutBefore } from "./text-cut.js";

/** UTF-16 units encoded at a time. Their bytes and tokens, 70 KB in most texts, stay in a core's own cache. */
const CHUNK = 32768;
const LEAST_CHUNK = 64;
/** A UTF-16 unit is three bytes at most. */
const BYTES_PER_UNIT = 3;
/** Bytes that may be read, though not used, after the last; and tokens that may be written. */
const SLACK = 32;

/**
 * Encodes ordinary text. One is enough for a program: it holds the tables, and buffers whose contents no call relies
 * on.
 */
export class Encoder {
  readonly #utf8 = new TextEncoder();
  readonly #splitter = new Splitter();
  readonly #cache: PieceCache;
  readonly #room = new Room(CHUNK);

  constructor() {
    this.#cache = new PieceCache(new PieceMerge(merges()));
  }

  /** Appends the tokens of a text to an array. */
  encode(text: string, into: number[]): void {
    for (let start = 0; start < text.length; ) {
      const end = cutBefore(text, start, CHUNK);
      const room = this.#fill(text, start, end);
      const { tokens } = room;
      const count = this.#encodeAll(room);
      // Setting the length once takes a quarter of the time that pushing does, but for a few tokens it does not pay.
      if (count < 32) {
        for (let i = 0; i < count; i++) into.push(tokens[i]!);
      } else {
        const at = into.length;
        into.length = at + count;
        for (let i = 0; i < count; i++) into[at + i] = tokens[i]!;
      }
      start = end;
    }
  }

  /** How many tokens a text has. */
  count(text: string): number {
    let count = 0;
    for (let start = 0; start < text.length; ) {
      const end = cutBefore(text, start, CHUNK);
      count += this.#encodeAll(this.#fill(text, start, end));
      start = end;
    }
    return count;
  }

  /** Writes the tokens of a text, or of as many of its pieces as there is room for. */
  encodeInto(text: string, buffer: Uint32Array, offset: number): EncodeIntoResult {
    let written = 0;
    let read = 0;
    while (read < text.length) {
      const free = buffer.length - offset - written;
      // Not much more than may fit, or a small buffer would have the same text encoded many times.
      const end = cutBefore(text, read, Math.max(LEAST_CHUNK, Math.min(CHUNK, free * 4)));
      const room = this.#fill(text, read, end);
      const count = this.#encodeAll(room);
      if (count <= free) {
        buffer.set(room.tokens.subarray(0, count), offset + written);
        written += count;
        read = end;
        continue;
      }
      const fitting = this.#encodeFitting(room, free);
      buffer.set(room.tokens.subarray(0, fitting.written), offset + written);
      return { read: read + fitting.read, written: written + fitting.written };
    }
    return { read, written };
  }

  /** Puts a part of a text into the buffer for bytes. */
  #fill(text: string, start: number, end: number): Room {
    // More than a chunk is rare, a text without a place to cut it; what it takes is not kept.
    const room = end - start <= CHUNK ? this.#room : new Room(end - start);
    const part = start === 0 && end === text.length ? text : text.slice(start, end);
    room.length = this.#utf8.encodeInto(part, room.bytes).written;
    room.bytes[room.length] = END_OF_TEXT;
    return room;
  }

  /** Encodes the bytes in the buffer, and gives the number of tokens. */
  #encodeAll(room: Room): number {
    const { bytes, view, tokens, length } = room;
    const splitter = this.#splitter;
    const { bounds } = splitter;
    const cache = this.#cache;
    let count = 0;
    for (let start = 0; start < length; ) {
      const pieces = splitter.split(bytes, view, start, length);
      count = cache.encode(bytes, view, bounds, pieces, tokens, count);
      start = bounds[pieces]!;
    }
    return count;
  }

  /** Encodes the bytes in the buffer once more, of which not all tokens fit: piece by piece, until one does not. */
  #encodeFitting(room: Room, free: number): EncodeIntoResult {
    const { bytes, view, tokens, length } = room;
    const { bounds } = this.#splitter;
    let read = 0;
    let written = 0;
    for (let start = 0; start < length; ) {
      const pieces = this.#splitter.split(bytes, view, start, length);
      for (let i = 0; i < pieces; i++) {
        const after = this.#cache.encode(bytes, view, bounds.subarray(i), 1, tokens, written);
        if (after > free) return { read, written };
        read += unitsOf(bytes, bounds[i]!, bounds[i + 1]!);
        written = after;
      }
      start = bounds[pieces]!;
    }
    return { read, written };
  }
}

/** UTF-16 units of a stretch of UTF-8: one for each character, two for those of four bytes. */
function unitsOf(bytes: Uint8Array, start: number, end: number): number {
  let units = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

/** Buffers for a chunk of text. */
class Room {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  readonly tokens: Int32Array;
  /** Bytes of the text that is being encoded. */
  length = 0;

  constructor(units: number) {
    this.bytes = new Uint8Array(units * BYTES_PER_UNIT + SLACK);
    this.view = new DataView(this.bytes.buffer);
    this.tokens = new Int32Array(units * BYTES_PER_UNIT + SLACK);
  }
}
