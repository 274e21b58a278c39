import { merges } from "../merges.js";
import type { EncodeIntoResult } from "../tokenizer.js";
import { PieceCache } from "./cache-short.js";
import { PieceMerge } from "./merge.js";
import { END_OF_TEXT } from "./split-pattern.js";
import { Splitter } from "./splitter.js";

/** How many UTF-16 units are encoded at a time. Their bytes and tokens, 70 KB for most texts, stay in a core's cache. */
const CHUNK = 32768;
const LEAST_CHUNK = 64;
/** A UTF-16 unit has at most three bytes in UTF-8. */
const BYTES_PER_UNIT = 3;
/** How many bytes after the last may be read, though they are not used, and how many tokens may be written. */
const SLACK = 32;

/**
 * Encodes ordinary text. A program needs only one encoder: it holds the tables, and buffers whose contents are of no
 * use to the next call.
 */
export class Encoder {
  readonly #utf8 = new TextEncoder();
  readonly #splitter = new Splitter();
  readonly #cache: PieceCache;
  readonly #buffers = new Buffers(CHUNK);

  constructor() {
    this.#cache = new PieceCache(new PieceMerge(merges()));
  }

  /** Appends the tokens of a text to an array. */
  encode(text: string, into: number[]): void {
    for (let start = 0; start < text.length; ) {
      const end = cutBefore(text, start, CHUNK);
      const buffers = this.#fill(text, start, end);
      const { tokens } = buffers;
      const count = this.#encodeAll(buffers);
      // To set the length once takes a quarter of the time of pushing, but does not pay for a few tokens.
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

  /** Counts the tokens of a text. */
  count(text: string): number {
    let count = 0;
    for (let start = 0; start < text.length; ) {
      const end = cutBefore(text, start, CHUNK);
      count += this.#encodeAll(this.#fill(text, start, end));
      start = end;
    }
    return count;
  }

  /** Writes the tokens of a text into a buffer, or of as many of its pieces as fit. */
  encodeInto(text: string, buffer: Uint32Array, offset: number): EncodeIntoResult {
    let written = 0;
    let read = 0;
    while (read < text.length) {
      const free = buffer.length - offset - written;
      // Takes not much more than may fit: otherwise the same text would be encoded many times for a small buffer.
      const end = cutBefore(text, read, Math.max(LEAST_CHUNK, Math.min(CHUNK, free * 4)));
      const buffers = this.#fill(text, read, end);
      const count = this.#encodeAll(buffers);
      if (count <= free) {
        copyTokens(buffers.tokens, count, buffer, offset + written);
        written += count;
        read = end;
        continue;
      }
      const fitting = this.#encodeFitting(buffers, free);
      buffer.set(buffers.tokens.subarray(0, fitting.written), offset + written);
      return { read: read + fitting.read, written: written + fitting.written };
    }
    return { read, written };
  }

  /** Converts a part of a text to UTF-8, and returns the buffers that hold it. */
  #fill(text: string, start: number, end: number): Buffers {
    // More than a chunk is rare: a text without a place to cut it. Buffers for it are not kept.
    const buffers = end - start <= CHUNK ? this.#buffers : new Buffers(end - start);
    const part = start === 0 && end === text.length ? text : text.slice(start, end);
    buffers.length = this.#utf8.encodeInto(part, buffers.bytes).written;
    buffers.bytes[buffers.length] = END_OF_TEXT;
    return buffers;
  }

  /** Encodes the bytes in the buffers, and returns the number of tokens. */
  #encodeAll(buffers: Buffers): number {
    const { bytes, view, tokens, length } = buffers;
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

  /** Encodes the bytes in the buffers again, piece by piece, up to the first whose tokens do not fit. */
  #encodeFitting(buffers: Buffers, free: number): EncodeIntoResult {
    const { bytes, view, tokens, length } = buffers;
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

/** Copies the first tokens: few of them one by one, which is faster than making a view of them. */
function copyTokens(tokens: Int32Array, count: number, into: Uint32Array, at: number): void {
  if (count > 512) into.set(tokens.subarray(0, count), at);
  else for (let index = 0; index < count; index++) into[at + index] = tokens[index]!;
}

/** How many UTF-16 units a stretch of UTF-8 has: one for each character, two for one of four bytes. */
function unitsOf(bytes: Uint8Array, start: number, end: number): number {
  let units = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

/** The bytes and tokens of a chunk of text. */
class Buffers {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  readonly tokens: Int32Array;
  /** How many bytes the text has that is being encoded. */
  length = 0;

  constructor(units: number) {
    this.bytes = new Uint8Array(units * BYTES_PER_UNIT + SLACK);
    this.view = new DataView(this.bytes.buffer);
    this.tokens = new Int32Array(units * BYTES_PER_UNIT + SLACK);
  }
}

/**
 * Where a text may be cut so that its parts, each encoded on its own, give the tokens of the whole: the last such place
 * within `size` UTF-16 units from `start`; otherwise the last in the first stretch of that size that has one; otherwise
 * the end of the text.
 */
export function cutBefore(text: string, start: number, size: number): number {
  for (let limit = start + size; limit < text.length; limit += size) {
    for (let at = limit; at > limit - size; at--) {
      if (mayCut(text.charCodeAt(at - 1), text.charCodeAt(at))) return at;
    }
  }
  return text.length;
}

/**
 * Whether a piece always ends between two UTF-16 units, and would also end there if the text did. There are more such
 * places, but every text that people write has these: before a blank that follows a visible character, and after a line
 * feed that is followed by a visible character other than the slash, which belongs to the line feeds after punctuation.
 */
function mayCut(before: number, after: number): boolean {
  if (after === BLANK) return before > BLANK && before < DELETE;
  return before === LINE_FEED && ((after > BLANK && after < DELETE && after !== SLASH) || after > LAST_SPACE);
}

const LINE_FEED = 0x0a;
const BLANK = 0x20;
const SLASH = 0x2f;
const DELETE = 0x7f;
/** The white space with the highest code point. */
const LAST_SPACE = 0x3000;
