import { LongMerge } from "./long-merge.js";
import { buildPairTable } from "./pair-table.js";
import { CACHED_PIECE_LIMIT, PieceCache } from "./piece-cache.js";
import { END_OF_TEXT, Scanner } from "./scanner.js";
import { SHORT_MERGE_LIMIT, ShortMerge } from "./short-merge.js";
import { cutBefore } from "./text-cut.js";

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
  readonly #short: ShortMerge;
  readonly #long: LongMerge;
  #room = new Room(CHUNK);

  constructor() {
    const table = buildPairTable();
    this.#short = new ShortMerge(table);
    this.#long = new LongMerge(table, this.#short);
    this.#cache = new PieceCache(this.#short);
  }

  encode(text: string, into: number[]): void {
    for (let start = 0; start < text.length; ) {
      const end = cutBefore(text, start, CHUNK);
      const { tokens } = this.#roomFor(end - start);
      const count = this.#encodeChunk(text, start, end);
      for (let i = 0; i < count; i++) into.push(tokens[i]!);
      start = end;
    }
  }

  count(text: string): number {
    let count = 0;
    for (let start = 0; start < text.length; ) {
      const end = cutBefore(text, start, CHUNK);
      count += this.#encodeChunk(text, start, end);
      start = end;
    }
    return count;
  }

  #encodeChunk(text: string, start: number, end: number): number {
    const room = this.#roomFor(end - start);
    const chunk = start === 0 && end === text.length ? text : text.slice(start, end);
    const { written } = this.#utf8.encodeInto(chunk, room.bytes);
    room.bytes[written] = END_OF_TEXT;
    return this.#encodeBytes(room, written);
  }

  #encodeBytes(room: Room, length: number): number {
    const { bytes, view, tokens } = room;
    const scanner = this.#scanner;
    const cache = this.#cache;
    let count = 0;
    for (let start = 0; start < length; ) {
      const end = scanner.pieceEnd(bytes, start);
      count =
        end - start <= CACHED_PIECE_LIMIT
          ? cache.encode(bytes, view, start, end, tokens, count)
          : end - start <= SHORT_MERGE_LIMIT
            ? this.#short.merge(bytes, start, end, tokens, count)
            : this.#long.merge(bytes, start, end, tokens, count);
      start = end;
    }
    return count;
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

/** Buffers for a chunk of text. */
class Room {
  readonly units: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  readonly tokens: Int32Array;

  constructor(units: number) {
    this.units = units;
    this.bytes = new Uint8Array(units * BYTES_PER_UNIT + SLACK);
    this.view = new DataView(this.bytes.buffer);
    this.tokens = new Int32Array(units * BYTES_PER_UNIT);
  }
}
