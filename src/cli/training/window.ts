import type { Sequences } from "../work/batch.js";
import { packByBestFit } from "./pack.js";
import { shuffled } from "./shuffle.js";

/** A sequence as it is written: one conversation, or several that were packed into it. */
export interface PackedSequence {
  readonly tokens: Uint32Array;
  readonly mask: Uint8Array;
  /** How long each of its conversations is. */
  readonly lengths: readonly number[];
}

/** About how many tokens are gathered before they are packed and shuffled. */
export const WINDOW_TOKENS = 1 << 22;

/** The window holds at least this many packed sequences, so that best fit has something to choose from. */
const LEAST_BINS = 64;

/** How sequences are packed and shuffled. */
export interface WindowOptions {
  readonly pack: number | undefined;
  readonly seed: number | undefined;
}

/** Gathers sequences until there are enough to pack and to shuffle. */
export class Window {
  readonly #options: WindowOptions;
  readonly #size: number;
  #batches: Sequences[] = [];
  #tokens = 0;
  #count: number;

  /** @param count How many windows there were before. */
  constructor(options: WindowOptions, count: number) {
    this.#options = options;
    this.#size = Math.max(WINDOW_TOKENS, LEAST_BINS * (options.pack ?? 0));
    this.#count = count;
  }

  get isEmpty(): boolean {
    return this.#tokens === 0;
  }

  /** How many windows have been taken. */
  get count(): number {
    return this.#count;
  }

  /** @returns Whether the window is full. */
  add(sequences: Sequences): boolean {
    this.#batches.push(sequences);
    this.#tokens += sequences.tokens.length;
    return this.#tokens >= this.#size;
  }

  /** Takes everything out, packed and in the order in which it is written. */
  take(): PackedSequence[] {
    const parts = this.#batches.flatMap(partsOf);
    this.#batches = [];
    this.#tokens = 0;
    const { pack, seed } = this.#options;
    const bins =
      pack === undefined
        ? parts.map((_, index) => [index])
        : packByBestFit(
            parts.map(({ tokens }) => tokens.length),
            pack,
          );
    const packed = bins.map((bin) => join(bin.map((index) => parts[index]!)));
    const window = this.#count;
    this.#count += 1;
    return seed === undefined ? packed : shuffled(packed.length, seed, window).map((index) => packed[index]!);
  }
}

interface Part {
  readonly tokens: Uint32Array;
  readonly mask: Uint8Array;
}

function partsOf({ tokens, mask, lengths }: Sequences): Part[] {
  let end = 0;
  return Array.from(lengths, (length) => {
    const start = end;
    end += length;
    return { tokens: tokens.subarray(start, end), mask: mask.subarray(start, end) };
  });
}

function join(parts: readonly Part[]): PackedSequence {
  const lengths = parts.map(({ tokens }) => tokens.length);
  if (parts.length === 1) return { ...parts[0]!, lengths };
  const length = lengths.reduce((sum, part) => sum + part, 0);
  const tokens = new Uint32Array(length);
  const mask = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    tokens.set(part.tokens, at);
    mask.set(part.mask, at);
    at += part.tokens.length;
  }
  return { tokens, mask, lengths };
}
