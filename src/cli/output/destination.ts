import { type FileHandle, lstat, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { FileError, fileError, systemCodeOf } from "../failures.js";
import type { Io } from "../io.js";

/** Where output goes. */
export interface Destination {
  /** How many bytes have been written, those of an earlier run that is being resumed included. */
  readonly length: number;
  write(data: Uint8Array): Promise<void>;
  /** Makes the output appear under its name. */
  finish(): Promise<void>;
  /** Leaves it as it is, to be resumed, or removes it. */
  abandon(keep: boolean): Promise<void>;
}

/** The name of an output while it is not complete. */
export function partialName(name: string): string {
  return `${name}.partial`;
}

/**
 * Opens a destination: a file, or standard output for `undefined` and `-`.
 * @param resumeAt How many bytes of an earlier run to keep; `undefined` to begin anew.
 * @throws FileError
 */
export async function openDestination(name: string | undefined, io: Io, resumeAt?: number): Promise<Destination> {
  if (name === undefined || name === "-") return standardOutput(io);
  const place = await targetOf(name);
  // A device or a pipe is written as it is: there is nothing to rename.
  if (place === undefined) return file(await openFile(name, "w"), name, undefined);
  const partial = partialName(place);
  if (resumeAt !== undefined) await checkPartial(partial, resumeAt);
  const handle = await openFile(partial, resumeAt === undefined ? "w" : "r+");
  try {
    await handle.truncate(resumeAt ?? 0);
  } catch (error) {
    throw fileError(error, partial, "write");
  }
  return file(handle, partial, place, resumeAt);
}

/**
 * The name that a file is to have in the end; `undefined` for what is not a file.
 * @throws FileError for a folder, or where the folder that it belongs in does not exist.
 */
export async function targetOf(name: string): Promise<string | undefined> {
  try {
    // What is behind a link, first: that of /dev/fd/3 to a pipe leads to no path.
    const stats = await stat(name);
    if (stats.isDirectory()) throw new FileError(`${name}: is a folder; give the name of a file in it`);
    if (!stats.isFile()) return undefined;
    return (await lstat(name)).isSymbolicLink() ? await realpath(name) : name;
  } catch (error) {
    if (systemCodeOf(error) !== "ENOENT") throw fileError(error, name, "write");
  }
  try {
    await lstat(dirname(name));
  } catch (error) {
    throw fileError(error, name, "write");
  }
  return name;
}

/**
 * Makes sure that what an earlier run has written is still there.
 * @throws FileError
 */
export async function checkPartial(name: string, length: number): Promise<void> {
  const stats = await lstat(name).catch(() => undefined);
  if (stats !== undefined && stats.size >= length) return;
  const what = stats === undefined ? "is gone" : "is shorter than it was";
  throw new FileError(`${name}: ${what}, so that --resume cannot go on with it; run again without --resume`);
}

/** @throws FileError */
export async function openFile(name: string, flags: string): Promise<FileHandle> {
  try {
    return await open(name, flags);
  } catch (error) {
    throw fileError(error, name, "write");
  }
}

function standardOutput({ stdout }: Io): Destination {
  let length = 0;
  return {
    get length() {
      return length;
    },
    async write(data) {
      await stdout.write(data);
      length += data.length;
    },
    async finish() {},
    async abandon() {},
  };
}

/** @param place The name that it gets in the end; `undefined` if it has it already. */
function file(handle: FileHandle, name: string, place: string | undefined, length = 0): Destination {
  let at = length;
  return {
    get length() {
      return at;
    },
    async write(data) {
      try {
        for (let from = 0; from < data.length; ) {
          const position = place === undefined ? null : at;
          const { bytesWritten } = await handle.write(data, from, data.length - from, position);
          from += bytesWritten;
          at += bytesWritten;
        }
      } catch (error) {
        throw fileError(error, place ?? name, "write");
      }
    },
    async finish() {
      try {
        if (place !== undefined) await handle.sync();
        await handle.close();
        if (place !== undefined) await rename(name, place);
      } catch (error) {
        throw fileError(error, place ?? name, "write");
      }
    },
    async abandon(keep) {
      await handle.close().catch(() => {});
      if (!keep && place !== undefined) await rm(name, { force: true });
    },
  };
}
