import { constants } from "node:fs";
import { lstat, mkdir, open, realpath, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve, win32 } from "node:path";
import { type FileChange, PatchError, pathsIn, readPatch } from "./patch-text.js";

/** How large a file may be that a patch changes, in bytes. */
const MOST_BYTES = 16 * 1024 * 1024;

/** A file as it stands. */
interface FoundFile {
  /** With line feeds alone between its lines. */
  readonly text: string;
  readonly usesCarriageReturns: boolean;
  readonly mode: number;
}

/** The patches that are being applied, by their folder: one after the other. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Applies a patch to the files of a folder: all of it, or nothing. What a patch names has to be inside: absolute paths, `..`,
 * symbolic links and what belongs to Git are refused.
 *
 * @param signal Until the first file is touched; from then on, the patch is applied.
 * @throws PatchError for a patch that does not fit, or that leads out of the folder.
 */
export async function applyPatch(patch: string, folder: string, signal: AbortSignal): Promise<void> {
  // At once, so that patches are applied in the order in which they came.
  const key = resolve(folder);
  const before = queues.get(key) ?? Promise.resolve();
  const run = before.then(async () => apply(patch, await realpath(key), signal));
  const settled = run.catch(() => {});
  queues.set(key, settled);
  try {
    await run;
  } finally {
    if (queues.get(key) === settled) queues.delete(key);
  }
}

async function apply(patch: string, root: string, signal: AbortSignal): Promise<void> {
  const { read, written } = pathsIn(patch);
  const files = new Map<string, FoundFile>();
  for (const path of [...read, ...written]) {
    const place = placeOf(path);
    const found = files.has(place) ? undefined : await readInside(root, place);
    if (found !== undefined) files.set(place, found);
  }
  const changes = readPatch(withPlaces(patch), (path) => files.get(path)?.text);
  const targets = targetsOf(changes, files);
  signal.throwIfAborted();
  await replace(root, targets);
}

/** What stands at each place afterwards; `undefined` for nothing. */
function targetsOf(
  changes: readonly FileChange[],
  files: ReadonlyMap<string, FoundFile>,
): Map<string, Target | undefined> {
  const targets = new Map<string, Target | undefined>();
  const isThere = (path: string): boolean => (targets.has(path) ? targets.get(path) !== undefined : files.has(path));
  for (const change of changes) {
    const { type, path } = change;
    const found = files.get(path);
    if (type === "delete") {
      targets.set(path, undefined);
    } else if (type === "add") {
      if (isThere(path)) throw new PatchError(`Add File Error - file already exists: ${path}`);
      targets.set(path, { text: change.text, mode: undefined });
    } else {
      const { moveTo = path } = change;
      const text = found?.usesCarriageReturns === true ? change.text.replaceAll("\n", "\r\n") : change.text;
      if (moveTo !== path) {
        if (isThere(moveTo)) throw new PatchError(`Move File Error - file already exists: ${moveTo}`);
        targets.set(path, undefined);
      }
      targets.set(moveTo, { text, mode: found?.mode });
    }
  }
  return targets;
}

interface Target {
  readonly text: string;
  readonly mode: number | undefined;
}

/**
 * Puts files in place. Everything is written beside them first; then they are exchanged, and put back if that fails in the
 * midst.
 */
async function replace(root: string, targets: ReadonlyMap<string, Target | undefined>): Promise<void> {
  const staging = join(root, `.patch-${crypto.randomUUID()}`);
  await mkdir(staging, { mode: 0o700 });
  const undo: (() => Promise<unknown>)[] = [() => rm(staging, { recursive: true, force: true })];
  try {
    const staged: { readonly place: string; readonly file: string | undefined; readonly old: string }[] = [];
    for (const [index, [place, target]] of [...targets].entries()) {
      const file = target === undefined ? undefined : join(staging, `${index}.new`);
      if (file !== undefined && target !== undefined) await writeNew(file, target);
      staged.push({ place: join(root, place), file, old: join(staging, `${index}.old`) });
    }
    for (const { place, file, old } of staged) {
      if (await exists(place)) {
        await rename(place, old);
        undo.push(() => rename(old, place));
      }
      if (file === undefined) continue;
      for (const made of await makeFolders(dirname(place))) undo.push(() => rmdir(made));
      await rename(file, place);
      undo.push(() => rm(place));
    }
  } catch (error) {
    for (const step of undo.toReversed()) await step().catch(() => {});
    throw error;
  }
  // The patch is applied, whatever becomes of what it has left.
  await rm(staging, { recursive: true, force: true }).catch(() => {});
}

async function writeNew(path: string, { text, mode }: Target): Promise<void> {
  const file = await open(path, "wx", mode ?? 0o666);
  try {
    await file.writeFile(text);
    // Whatever the process takes away from the modes of new files.
    if (mode !== undefined) await file.chmod(mode);
  } finally {
    await file.close();
  }
}

/** Makes the folders that lead to a path. @returns Those that it made, the outermost first. */
async function makeFolders(path: string): Promise<string[]> {
  if (await exists(path)) return [];
  const made = await makeFolders(dirname(path));
  await mkdir(path);
  return [...made, path];
}

async function exists(path: string): Promise<boolean> {
  return (await statOf(path)) !== undefined;
}

async function statOf(path: string): Promise<Awaited<ReturnType<typeof lstat>> | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * The file at a place; `undefined` if there is none.
 * @throws PatchError for whatever is not a file of text, and for what a symbolic link leads to.
 */
async function readInside(root: string, place: string): Promise<FoundFile | undefined> {
  const segments = place.split("/");
  for (const [index] of segments.entries()) {
    const path = segments.slice(0, index + 1).join("/");
    const stat = await statOf(join(root, path));
    if (stat === undefined) return undefined;
    if (stat.isSymbolicLink()) throw new PatchError(`${place}: ${path} is a symbolic link, which is not followed`);
    const isLast = index === segments.length - 1;
    if (!isLast && !stat.isDirectory()) throw new PatchError(`${place}: ${path} is not a folder`);
    if (isLast && !stat.isFile()) throw new PatchError(`${place} is not a file`);
    if (isLast && stat.size > MOST_BYTES) throw new PatchError(`${place} is larger than ${MOST_BYTES} bytes`);
  }
  const file = await open(join(root, place), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const { mode } = await file.stat();
    const text = decode(await file.readFile(), place);
    const usesCarriageReturns = /\r\n/.test(text) && !/(?:^|[^\r])\n/.test(text);
    return {
      text: usesCarriageReturns ? text.replaceAll("\r\n", "\n") : text,
      usesCarriageReturns,
      mode: mode & 0o777,
    };
  } finally {
    await file.close();
  }
}

function decode(bytes: Uint8Array, place: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new PatchError(`${place} is not text in UTF-8`);
  }
}

/**
 * The place in the folder that a path names, with `/` between its segments.
 * @throws PatchError for a path that leads out of the folder, or to what is not for patches.
 */
function placeOf(path: string): string {
  const refuse = (why: string): never => {
    throw new PatchError(`${path}: ${why}`);
  };
  if (path.startsWith("/") || win32.isAbsolute(path) || /^[a-z]:/i.test(path)) {
    refuse("the path is absolute; name files relative to the folder");
  }
  if (/[\\\p{Cc}]/u.test(path)) refuse("the path has a backslash or a control character");
  const segments = path.split("/").filter((segment) => segment !== "." && segment !== "");
  if (segments.includes("..")) refuse("the path leads out of the folder");
  if (segments.length === 0 || path.endsWith("/")) refuse("the path names no file");
  // Git runs what it finds there.
  if (segments.some((segment) => segment.toLowerCase() === ".git")) refuse("what belongs to Git is not for patches");
  return segments.join("/");
}

/** A patch whose paths are places, so that each file has one name. */
function withPlaces(patch: string): string {
  return patch.replaceAll(
    /^(\*\*\* (?:Update File|Delete File|Add File|Move to): )([^\r\n]+)/gm,
    (_, prefix: string, path: string) => prefix + placeOf(path),
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
