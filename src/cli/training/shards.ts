import { mkdir, rename, rm } from "node:fs/promises";
import { basename } from "node:path";
import { fileError } from "../failures.js";
import { partialName } from "../output/destination.js";
import { HashedFile } from "./hashed-file.js";
import type { PackedSequence } from "./window.js";

/** A file of a shard, as the manifest names it. */
export interface ShardFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A shard, as the manifest describes it. */
export interface Shard {
  readonly sequences: number;
  readonly tokens: number;
  readonly files: Readonly<Record<string, ShardFile>>;
}

/** What it takes to go on with shards. */
export interface ShardState {
  readonly done: readonly Shard[];
  /** How long the files of the shard are that is being written; nothing if none has been begun. */
  readonly lengths: Readonly<Record<string, number>>;
  readonly sequences: number;
  readonly tokens: number;
}

/** The files of a shard: what is in them, and of how many bits each number is. */
const EXTENSIONS: Readonly<Record<string, string>> = { tokens: "u32", mask: "u8", offsets: "u64", documents: "u64" };

/** A folder of shards, which gets its name when it is complete. */
export class ShardFolder {
  readonly #folder: string;
  readonly #parts: readonly string[];
  readonly #most: number;
  #done: Shard[];
  #files: Map<string, HashedFile> = new Map();
  #sequences: number;
  #tokens: number;

  private constructor(folder: string, isPacked: boolean, most: number, state: ShardState | undefined) {
    this.#folder = folder;
    this.#parts = Object.keys(EXTENSIONS).filter((part) => isPacked || part !== "documents");
    this.#most = most;
    this.#done = [...(state?.done ?? [])];
    this.#sequences = state?.sequences ?? 0;
    this.#tokens = state?.tokens ?? 0;
  }

  /**
   * Makes the folder, or opens that of an earlier run.
   * @param most About how many tokens a shard holds.
   * @throws FileError
   */
  static async open(
    folder: string,
    isPacked: boolean,
    most: number,
    state: ShardState | undefined,
  ): Promise<ShardFolder> {
    const shards = new ShardFolder(folder, isPacked, most, state);
    const partial = partialName(folder);
    try {
      if (state === undefined) await rm(partial, { recursive: true, force: true });
      await mkdir(partial, { recursive: state !== undefined });
    } catch (error) {
      throw fileError(error, folder, "write");
    }
    for (const [part, length] of Object.entries(state?.lengths ?? {})) await shards.#open(part, length);
    return shards;
  }

  state(): ShardState {
    const lengths = Object.fromEntries([...this.#files].map(([part, { length }]) => [part, length]));
    return { done: [...this.#done], lengths, sequences: this.#sequences, tokens: this.#tokens };
  }

  /** Adds sequences, and ends the shard if it is full. */
  async add(sequences: readonly PackedSequence[]): Promise<void> {
    if (sequences.length === 0) return;
    if (this.#files.size === 0) {
      for (const part of this.#parts) await this.#open(part, 0);
      for (const part of ["offsets", "documents"]) await this.#files.get(part)?.write(numbers([0]));
    }
    const offsets: number[] = [];
    const documents: number[] = [];
    for (const { tokens, lengths } of sequences) {
      let end = this.#tokens;
      for (const length of lengths) {
        end += length;
        documents.push(end);
      }
      this.#tokens += tokens.length;
      offsets.push(this.#tokens);
    }
    this.#sequences += sequences.length;
    await this.#files.get("tokens")!.write(littleEndian(sequences));
    await this.#files.get("mask")!.write(Buffer.concat(sequences.map(({ mask }) => mask)));
    await this.#files.get("offsets")!.write(numbers(offsets));
    await this.#files.get("documents")?.write(numbers(documents));
    if (this.#tokens >= this.#most) await this.#end();
  }

  /**
   * Completes the folder.
   * @param describe What the manifest says, of all shards.
   */
  async finish(describe: (shards: readonly Shard[]) => string): Promise<void> {
    await this.#end();
    const partial = partialName(this.#folder);
    const manifest = await HashedFile.open(`${partial}/manifest.json`, 0);
    await manifest.write(new TextEncoder().encode(describe(this.#done)));
    await manifest.close();
    try {
      await rename(partial, this.#folder);
    } catch (error) {
      throw fileError(error, this.#folder, "write");
    }
  }

  async abandon(keep: boolean): Promise<void> {
    for (const file of this.#files.values()) await file.abandon();
    if (!keep) await rm(partialName(this.#folder), { recursive: true, force: true });
  }

  async #open(part: string, length: number): Promise<void> {
    const number = String(this.#done.length).padStart(5, "0");
    const name = `${partialName(this.#folder)}/${part}-${number}.${EXTENSIONS[part]}`;
    this.#files.set(part, await HashedFile.open(name, length));
  }

  async #end(): Promise<void> {
    if (this.#files.size === 0) return;
    const files: Record<string, ShardFile> = {};
    for (const [part, file] of this.#files) {
      await file.close();
      files[part] = { file: basename(file.name), bytes: file.length, sha256: file.digest };
    }
    this.#done.push({ sequences: this.#sequences, tokens: this.#tokens, files });
    this.#files = new Map();
    this.#sequences = 0;
    this.#tokens = 0;
  }
}

const IS_LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** The tokens of sequences as the file has them. */
function littleEndian(sequences: readonly PackedSequence[]): Uint8Array {
  const bytes = Buffer.concat(
    sequences.map(({ tokens }) => new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength)),
  );
  return IS_LITTLE_ENDIAN ? bytes : bytes.swap32();
}

/** Numbers as the file has them, in 64 bits each. */
function numbers(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setBigUint64(8 * index, BigInt(value), true);
  return bytes;
}
