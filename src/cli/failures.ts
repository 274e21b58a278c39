/**
 * How the command line fails: each way has its exit code, and one line that says what is wrong and what helps.
 */

/** The exit codes, as the help and the documentation name them. */
export const ExitCode = {
  /** All went well. */
  OK: 0,
  /** Something in the data is wrong: a bad line, or a finding of `check`. */
  FINDINGS: 1,
  /** The command line itself is wrong. */
  USAGE: 2,
  /** Something could not be read or written. */
  IO: 3,
  /** The user stopped it: 128 and the number of SIGINT, as shells count. */
  INTERRUPTED: 130,
} as const;
/** One of the exit codes. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** A mistake in the command line. */
export class UsageError extends Error {}

/** Something could not be read or written. The message names the file and the remedy. */
export class FileError extends Error {}

/** Something in the data is wrong, and without it nothing can be done. */
export class DataError extends Error {}

/** The reader of the output has gone, as `head` does: nobody needs to hear of it. */
export class ReaderGone extends Error {}

/** The user asked to stop. */
export class Interrupted extends Error {}

/**
 * The error of a system call as a line about a file.
 * @param doing What was attempted: `"read"` or `"write"`.
 */
export function fileError(error: unknown, file: string, doing: "read" | "write"): Error {
  // Deno asks what the program was allowed to do, and has no code for it.
  if (error instanceof Error && error.name === "NotCapable") {
    return new FileError(`${file}: the runtime does not permit to ${doing} it: ${error.message}`);
  }
  const code = systemCodeOf(error);
  if (code === undefined) return error as Error;
  if (code === "EPIPE" && doing === "write") return new ReaderGone();
  return new FileError(`${file}: ${REASONS[code]?.(doing) ?? `cannot ${doing} it (${code})`}`);
}

/** The code of an error that the operating system gave, such as `ENOENT`. */
export function systemCodeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return error instanceof Error && typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

const REASONS: Readonly<Record<string, (doing: "read" | "write") => string>> = {
  ENOENT: (doing) => (doing === "read" ? "no such file; check the name" : "no such folder; make it first"),
  EISDIR: () => "is a folder; name the files in it",
  ENOTDIR: () => "a part of this path is a file, not a folder; check the name",
  EACCES: (doing) => `no permission to ${doing} it; change its permissions, or run as another user`,
  EPERM: (doing) => `no permission to ${doing} it; change its permissions, or run as another user`,
  ENOSPC: () => "no space left on the device; free some, or write elsewhere",
  EDQUOT: () => "the disk quota is used up; free some space, or write elsewhere",
  EFBIG: () => "is larger than the file system or a limit of this process allows; write elsewhere",
  EROFS: () => "the file system is read-only; write elsewhere",
  EMFILE: () => "too many open files; raise the limit (ulimit -n)",
  ELOOP: () => "too many symbolic links lead to it; check where they point",
  EIO: () => "the device reports an error; check the disk",
};
