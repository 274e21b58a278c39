import { merges } from "./merges.js";
import { CACHED_PIECE_LIMIT, PieceCache } from "./piece-cache.js";
import { PieceMerge } from "./piece-merge.js";
import { END_OF_TEXT, Scanner } from "./scanner.js";
import { cutBefore } from "./text-cut.js";
import type { EncodeIntoResult } from "./tokenizer.js";

/** UTF-16 units encoded at a time. Their bytes and tokens, 48 KB and 192 KB at most, stay in a core's own cache. */
const CHUNK = 16384;
/** A UTF-16 unit is three bytes at most. */
const BYTES_PER_UNIT = 3;
/** Bytes that may be read, though not used, after the last. */
const SLACK = 32;

/** Encodes ordinary text. One is enough for a program: it holds the tables, and buffers whose contents no call relies on. */
export class Encoder {
  readonly #utf8 = new TextEncoder();
  readonly #scanner = new Scanner();
  readonly #cache: PieceCache;
  readonly #merge: PieceMerge;
  #room = new Room(CHUNK);

  constructor() {
    this.#merge = new PieceMerge(merges());
    this.#cache = new PieceCache(this.#merge);
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
      const end = cutBefore(text, read, CHUNK);
      const room = this.#fill(text, read, end);
      const free = buffer.length - offset - written;
      const count = this.#encodeAll(room);
      if (count <= free) {
        buffer.set(room.tokens.subarray(0, count), offset + written);
        written += count;
        read = end;
        continue;
      }
      let pieceCount = 0;
      for (let start = 0; start < room.length; ) {
        const pieceEnd = this.#scanner.pieceEnd(room.bytes, start);
        const after = this.#encodePiece(room, start, pieceEnd, pieceCount);
        if (after > free) break;
        read += unitsOf(room.bytes, start, pieceEnd);
        pieceCount = after;
        start = pieceEnd;
      }
      buffer.set(room.tokens.subarray(0, pieceCount), offset + written);
      return { read, written: written + pieceCount };
    }
    return { read, written };
  }

  /** Puts a part of a text into the buffer for bytes. */
  #fill(text: string, start: number, end: number): Room {
    const room = this.#roomFor(end - start);
    const part = start === 0 && end === text.length ? text : text.slice(start, end);
    room.length = this.#utf8.encodeInto(part, room.bytes).written;
    room.bytes[room.length] = END_OF_TEXT;
    return room;
  }

  /** Encodes the bytes in the buffer, and gives the number of tokens. */
  #encodeAll(room: Room): number {
    const { bytes, length } = room;
    const scanner = this.#scanner;
    let count = 0;
    for (let start = 0; start < length; ) {
      const end = scanner.pieceEnd(bytes, start);
      count = this.#encodePiece(room, start, end, count);
      start = end;
    }
    return count;
  }

  /** Encodes a piece; writes its tokens and gives the index after the last. */
  #encodePiece({ bytes, view, tokens }: Room, start: number, end: number, at: number): number {
    const length = end - start;
    if (length <= CACHED_PIECE_LIMIT) return this.#cache.encode(bytes, view, start, end, tokens, at);
    return this.#merge.merge(bytes, start, end, tokens, at);
  }

  #roomFor(units: number): Room {
    if (units <= CHUNK) {
      if (this.#room.units > CHUNK) this.#room = new Room(CHUNK);
    } else if (units > this.#room.units) {
      this.#room = new Room(units);
    }
    return this.#room;
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
  readonly units: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  readonly tokens: Int32Array;
  /** Bytes of the text that is being encoded. */
  length = 0;

  constructor(units: number) {
    this.units = units;
    this.bytes = new Uint8Array(units * BYTES_PER_UNIT + SLACK);
    this.view = new DataView(this.bytes.buffer);
    this.tokens = new Int32Array(units * BYTES_PER_UNIT);
  }
}
