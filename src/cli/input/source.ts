import type { Hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Gunzip, ZlibOptions } from "node:zlib";
import { FileError, fileError } from "../failures.js";
import type { Io } from "../io.js";

/** How many bytes of a file are read at a time. */
const BLOCK = 1 << 18;

/** An input: a file or standard input, with what it says once it is unpacked. */
export interface Source {
  /** Its name as the user wrote it; `-` for standard input. */
  readonly name: string;
  /** How many bytes the file has, as it is stored; `undefined` if that is not known. */
  readonly size: number | undefined;
  /** How many bytes have been read of it, as it is stored. */
  readonly read: number;
  /** SHA-256 of what has been read of it, as it is stored, if that was asked for. */
  digest(): string | undefined;
  /** The bytes, unpacked. Can be read once. */
  bytes(): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Opens a file, or standard input for `-`. Whether it is compressed is recognised by its content.
 * @param hashed Whether a digest will be asked for.
 * @throws FileError
 */
export async function openSource(name: string, io: Io, hashed: boolean): Promise<Source> {
  // Loading what nobody needs would be a large part of a short run; so would zlib be.
  const hash = hashed ? (await import("node:crypto")).createHash("sha256") : undefined;
  if (name === "-") {
    if (io.stdin.isTerminal) await io.stderr.write("reading what you type; Ctrl-D ends it\n");
    return makeSource("-", undefined, io.stdin.read(), hash, async () => {});
  }
  let file: FileHandle | undefined;
  try {
    file = await open(name, "r");
    const stats = await file.stat();
    // Reading a folder fails later, and differently on each system.
    if (stats.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    const handle = file;
    return makeSource(name, stats.isFile() ? stats.size : undefined, readFile(handle, name, io.signal), hash, () =>
      handle.close(),
    );
  } catch (error) {
    await file?.close();
    throw fileError(error, name, "read");
  }
}

/**
 * Reads a whole small file, such as a schema.
 * @throws FileError for what cannot be read, and for what is not UTF-8.
 */
export async function readText(name: string, io: Io): Promise<string> {
  const source = await openSource(name, io, false);
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of source.bytes()) chunks.push(chunk);
  } finally {
    await source.close();
  }
  return decodeText(Buffer.concat(chunks), displayName(name));
}

/** The text of bytes in UTF-8, without a byte order mark. */
function decodeText(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new FileError(`${name}: is not text in UTF-8; convert it, as with iconv -t UTF-8`);
  }
}

/** How an input is called in a sentence. */
export function displayName(name: string): string {
  return name === "-" ? "standard input" : name;
}

function makeSource(
  name: string,
  size: number | undefined,
  stored: AsyncIterable<Uint8Array>,
  hash: Hash | undefined,
  close: () => Promise<void>,
): Source {
  let read = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of stored) {
      read += chunk.length;
      hash?.update(chunk);
      yield chunk;
    }
  }
  return {
    name,
    size,
    get read() {
      return read;
    },
    digest: () => hash?.copy().digest("hex"),
    bytes: () => unpack(counted(), displayName(name)),
    close,
  };
}

async function* readFile(file: FileHandle, name: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (;;) {
    if (signal.aborted) throw signal.reason;
    let block: Uint8Array;
    try {
      const buffer = Buffer.allocUnsafeSlow(BLOCK);
      const { bytesRead } = await file.read(buffer, 0, BLOCK);
      block = buffer.subarray(0, bytesRead);
    } catch (error) {
      throw fileError(error, name, "read");
    }
    if (block.length === 0) return;
    yield block;
  }
}

/** How many bytes say how a file is compressed. */
const MAGIC = 4;

async function* unpack(stored: AsyncGenerator<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  let head: Uint8Array = new Uint8Array();
  while (head.length < MAGIC) {
    const { done, value } = await stored.next();
    if (done === true) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  const decompressor = await decompressorFor(head, name);
  if (decompressor === undefined) {
    if (head.length > 0) yield head;
    yield* stored;
    return;
  }
  let failure: unknown;
  async function* packed(): AsyncGenerator<Uint8Array> {
    try {
      yield head;
      yield* stored;
    } catch (error) {
      // The decompressor would report it as a mistake of its own.
      failure = error;
      throw error;
    }
  }
  const input = Readable.from(packed(), { objectMode: false, highWaterMark: BLOCK });
  input.on("error", (error) => {
    decompressor.destroy(error);
  });
  try {
    for await (const chunk of input.pipe(decompressor)) yield chunk as Uint8Array;
  } catch (error) {
    throw failure ?? brokenArchive(error, name);
  }
}

async function decompressorFor(head: Uint8Array, name: string): Promise<Gunzip | undefined> {
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  const isZstd = head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd;
  if (!isGzip && !isZstd) return undefined;
  const zlib = await import("node:zlib");
  if (isGzip) return zlib.createGunzip({ chunkSize: BLOCK });
  // Only newer runtimes have it; the type is that of the oldest one.
  const { createZstdDecompress } = zlib as { createZstdDecompress?: (options: ZlibOptions) => Gunzip };
  if (createZstdDecompress !== undefined) return createZstdDecompress({ chunkSize: BLOCK });
  throw new FileError(
    `${name}: is compressed with zstd, which this runtime cannot read; use Node 22.15 or later, or pipe it through zstd -dc`,
  );
}

function brokenArchive(error: unknown, name: string): Error {
  const code = String((error as { code?: unknown }).code);
  if (!/^(Z_|ZSTD_|ERR_)/.test(code)) return error as Error;
  const isCut = code === "Z_BUF_ERROR" || /unexpected end/i.test((error as Error).message);
  const what = isCut ? "the compressed data end too soon" : "the compressed data are broken";
  return new FileError(`${name}: ${what}; copy or make the file again`);
}
