import type { Hash } from "node:crypto";
import { FileError } from "../failures.js";
import { Beginning, type InputFormat, recognise, withoutMark } from "./format.js";
import { displayName, type Source } from "./source.js";

/** A stretch of an input that is worked on at a time: whole lines, or all of an input that is one record. */
export interface Chunk {
  readonly format: InputFormat;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How many bytes of the unpacked input come before it, and how many with it. */
  readonly start: number;
  readonly end: number;
  /** Of the unpacked input up to the end of the chunk; see `ChunkOptions.hash`. */
  readonly hash: Hash | undefined;
}

/** Chunks of lines have as many bytes as this, and as many more as it takes to the end of the line. */
const CHUNK = 1 << 18;
/** The longest line, or record, in bytes: JavaScript's strings end not far beyond it. */
const LONGEST = 1 << 28;

const LINE_FEED = 0x0a;

/** How an input is cut. */
export interface ChunkOptions {
  /** What the command reads; see `recognise`. */
  readonly accepted: readonly InputFormat[];
  /** What the user says that the input is. */
  readonly given: InputFormat | undefined;
  /**
   * Whether chunks must depend on the content alone. Otherwise lines are passed on as soon as they arrive, so that a
   * program that writes a line and waits for the answer gets it.
   */
  readonly isSteady: boolean;
  /** Takes in what is read, so that a later run can tell whether it is the same input. */
  readonly hash: Hash | undefined;
  /** How much of the input an earlier run has done with, and the hash of it. */
  readonly done?: { readonly bytes: number; readonly digest: string } | undefined;
}

/**
 * Cuts an input into chunks.
 * @throws FileError
 */
export async function* chunksOf(source: Source, options: ChunkOptions): AsyncGenerator<Chunk> {
  const name = displayName(source.name);
  const blocks = source.bytes();
  const beginning = new Beginning();
  while (options.given === undefined) {
    const { done, value } = await blocks.next();
    if (done === true || beginning.add(value)) break;
    checkLength(beginning.bytes.length, name);
  }
  const format = options.given ?? recognise(withoutMark(beginning.bytes, name), source.name, options.accepted);
  async function* all(): AsyncGenerator<Uint8Array> {
    if (beginning.bytes.length > 0) yield beginning.bytes;
    yield* blocks;
  }
  const left = options.done === undefined ? all() : skip(all(), options.done, options.hash!, name);
  yield* format === "jsonl" ? linesOf(left, name, options) : whole(left, name, format, options);
}

/** Passes over what an earlier run has done with, if it is still the same. */
async function* skip(
  blocks: AsyncIterable<Uint8Array>,
  done: { readonly bytes: number; readonly digest: string },
  hash: Hash,
  name: string,
): AsyncGenerator<Uint8Array> {
  const changed = new FileError(`${name}: is not what it was when the earlier run stopped; run again without --resume`);
  let left = done.bytes;
  for await (const block of blocks) {
    if (left === 0) {
      yield block;
      continue;
    }
    const skipped = Math.min(left, block.length);
    hash.update(block.subarray(0, skipped));
    left -= skipped;
    if (left === 0 && hash.copy().digest("hex") !== done.digest) throw changed;
    if (skipped < block.length) yield block.subarray(skipped);
  }
  if (left > 0) throw changed;
}

async function* whole(
  blocks: AsyncIterable<Uint8Array>,
  name: string,
  format: InputFormat,
  { hash, done }: ChunkOptions,
): AsyncGenerator<Chunk> {
  const pieces: Uint8Array[] = [];
  const start = done?.bytes ?? 0;
  let length = 0;
  for await (const block of blocks) {
    pieces.push(block);
    length += block.length;
    checkLength(length, name);
  }
  const all = join(pieces);
  hash?.update(all);
  const bytes = format === "u32le" ? all : copy(withoutMark(all, name));
  if (length > 0) yield { format, bytes, start, end: start + length, hash: hash?.copy() };
}

async function* linesOf(
  blocks: AsyncIterable<Uint8Array>,
  name: string,
  { isSteady, hash, done }: ChunkOptions,
): AsyncGenerator<Chunk> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  let start = done?.bytes ?? 0;
  const take = (): Chunk => {
    const joined = join(pieces);
    hash?.update(joined);
    const bytes = start === 0 ? copy(withoutMark(joined, name)) : joined;
    const end = start + joined.length;
    const chunk: Chunk = { format: "jsonl", bytes, start, end, hash: hash?.copy() };
    pieces = [];
    length = 0;
    start = end;
    return chunk;
  };
  for await (const block of blocks) {
    let rest = block;
    // The first line feed at which the chunk is long enough ends it, whatever the blocks are.
    while (length + rest.length >= CHUNK) {
      const at = rest.indexOf(LINE_FEED, Math.max(0, CHUNK - 1 - length));
      if (at === -1) break;
      pieces.push(rest.subarray(0, at + 1));
      yield take();
      rest = rest.subarray(at + 1);
    }
    if (rest.length === 0) continue;
    pieces.push(rest);
    length += rest.length;
    checkLength(length, name);
    if (isSteady) continue;
    const last = rest.lastIndexOf(LINE_FEED);
    if (last === -1) continue;
    pieces[pieces.length - 1] = rest.subarray(0, last + 1);
    const remainder = rest.subarray(last + 1);
    yield take();
    if (remainder.length > 0) pieces.push(remainder);
    length = remainder.length;
  }
  if (length > 0) yield take();
}

function checkLength(length: number, name: string): void {
  if (length <= LONGEST) return;
  throw new FileError(
    `${name}: a record is longer than ${LONGEST >> 20} MB; is it JSONL, with a line for each record?`,
  );
}

/** Joins pieces in a buffer of its own, which can be handed to another thread. */
function join(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

function copy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.byteOffset === 0 && bytes.buffer instanceof ArrayBuffer && bytes.length === bytes.buffer.byteLength
    ? (bytes as Uint8Array<ArrayBuffer>)
    : Uint8Array.from(bytes);
}
