import { findContext } from "./find-context.js";

/** Why a patch cannot be applied, in words for the model. */
export class PatchError extends Error {
  override readonly name = "PatchError";
}

/** What becomes of a file. */
export type FileChange =
  | { readonly type: "add"; readonly path: string; readonly text: string }
  | { readonly type: "delete"; readonly path: string }
  /** With `moveTo`, the file stands there afterwards, and no longer under its path. */
  | { readonly type: "update"; readonly path: string; readonly text: string; readonly moveTo: string | undefined };

/** Where the text of a file is looked up; `undefined` for one that there is not. */
export type ReadFile = (path: string) => string | undefined;

/** A place of a file where lines are taken out and others put in. */
interface Chunk {
  /** The line before which it stands, counted from 0. */
  at: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** What a hunk says: the lines that it expects, and what it changes among them. */
interface Hunk {
  readonly context: readonly string[];
  readonly chunks: readonly Chunk[];
  /** The line of the patch behind it. */
  readonly end: number;
  /** Whether it says that the file ends with it. */
  readonly isAtEnd: boolean;
}

const BEGIN = "*** Begin Patch";
const END = "*** End Patch";
const UPDATE = "*** Update File: ";
const DELETE = "*** Delete File: ";
const ADD = "*** Add File: ";
const MOVE = "*** Move to: ";
const END_OF_FILE = "*** End of File";
/** What begins another file, or ends the patch. */
const NEXT_FILE = [END, "*** Update File:", "*** Delete File:", "*** Add File:"] as const;

/**
 * The paths that a patch names, as it has them.
 * @throws PatchError for a text that is not a patch.
 */
export function pathsIn(patch: string): { readonly read: readonly string[]; readonly written: readonly string[] } {
  const lines = linesOf(patch);
  const named = (prefix: string): string[] =>
    lines.flatMap((line) => (line.startsWith(prefix) ? line.slice(prefix.length) : []));
  return { read: [...named(UPDATE), ...named(DELETE)], written: [...named(ADD), ...named(MOVE)] };
}

/**
 * Reads a patch in the form that gpt-oss was trained with, and works out what becomes of each file. The rules and the words of
 * the errors are those of `apply_patch.py` of gpt-oss 0.0.9; that a file which is there cannot be added is checked for every
 * file, where the reference knows only those that the patch changes as well.
 *
 * @throws PatchError for what is not a patch, or does not fit the files.
 */
export function readPatch(patch: string, readFile: ReadFile): FileChange[] {
  if (!patch.startsWith(BEGIN)) throw new PatchError("Patch text must start with *** Begin Patch");
  const lines = linesOf(patch);
  if (lines.length < 2 || lines.at(-1) !== END) throw new PatchError("Invalid patch text - missing sentinels");
  return new PatchReader(lines, readFile).read();
}

/** What becomes of a file, where its new text is not made yet. */
type Draft =
  | Exclude<FileChange, { readonly type: "update" }>
  | {
      readonly type: "update";
      readonly path: string;
      readonly moveTo: string | undefined;
      readonly lines: readonly string[];
      readonly chunks: readonly Chunk[];
    };

class PatchReader {
  readonly #lines: readonly string[];
  readonly #readFile: ReadFile;
  readonly #changes: Draft[] = [];
  /** Behind the first line. */
  #index = 1;

  constructor(lines: readonly string[], readFile: ReadFile) {
    this.#lines = lines;
    this.#readFile = readFile;
  }

  read(): FileChange[] {
    while (!this.#isAt([END])) {
      const change = this.#update() ?? this.#delete() ?? this.#add();
      if (change === undefined) throw new PatchError(`Unknown line while parsing: ${this.#line}`);
      this.#changes.push(change);
    }
    // When all of it has been read: where two things are wrong, the model is told of the first.
    return this.#changes.map((change) => {
      if (change.type !== "update") return change;
      const { type, path, moveTo, lines, chunks } = change;
      return { type, path, moveTo, text: changed(lines, chunks, path) };
    });
  }

  #update(): Draft | undefined {
    const path = this.#take(UPDATE);
    if (path === "") return undefined;
    this.#checkIsFirst(path, "update");
    const moveTo = this.#take(MOVE);
    const text = this.#readFile(path);
    if (text === undefined) throw new PatchError(`Update File Error - missing file: ${path}`);
    const lines = text.split("\n");
    return { type: "update", path, moveTo: moveTo || undefined, lines, chunks: this.#chunks(lines) };
  }

  #delete(): Draft | undefined {
    const path = this.#take(DELETE);
    if (path === "") return undefined;
    this.#checkIsFirst(path, "delete");
    if (this.#readFile(path) === undefined) throw new PatchError(`Delete File Error - missing file: ${path}`);
    return { type: "delete", path };
  }

  #add(): Draft | undefined {
    const path = this.#take(ADD);
    if (path === "") return undefined;
    this.#checkIsFirst(path, "add");
    if (this.#readFile(path) !== undefined) throw new PatchError(`Add File Error - file already exists: ${path}`);
    const added: string[] = [];
    while (!this.#isAt(NEXT_FILE)) {
      const line = this.#line;
      this.#index += 1;
      if (!line.startsWith("+")) throw new PatchError(`Invalid Add File line (missing '+'): ${line}`);
      added.push(line.slice(1));
    }
    return { type: "add", path, text: added.join("\n") };
  }

  #checkIsFirst(path: string, what: string): void {
    if (this.#changes.some((change) => change.path === path)) {
      throw new PatchError(`Duplicate ${what} for file: ${path}`);
    }
  }

  /** The hunks of one file, each behind the one before. */
  #chunks(lines: readonly string[]): Chunk[] {
    const chunks: Chunk[] = [];
    let from = 0;
    while (!this.#isAt([...NEXT_FILE, END_OF_FILE])) {
      const header = this.#take("@@ ");
      let isBegun = header !== "";
      if (!isBegun && this.#line === "@@") {
        isBegun = true;
        this.#index += 1;
      }
      // The first hunk needs no line that begins it.
      if (!isBegun && from !== 0) throw new PatchError(`Invalid line in update section:\n${this.#line}`);
      if (strip(header) !== "") from = behindHeader(lines, header, from);
      const { context, chunks: found, end, isAtEnd } = this.#hunk();
      const at = findContext(lines, context, from, isAtEnd);
      if (at === undefined) {
        throw new PatchError(`Invalid ${isAtEnd ? "EOF " : ""}context at ${from}:\n${context.join("\n")}`);
      }
      for (const chunk of found) chunks.push({ ...chunk, at: chunk.at + at });
      from = at + context.length;
      this.#index = end;
    }
    return chunks;
  }

  /** The hunk that begins here. */
  #hunk(): Hunk {
    const context: string[] = [];
    const chunks: Chunk[] = [];
    let removed: string[] = [];
    let added: string[] = [];
    const close = (): void => {
      if (removed.length > 0 || added.length > 0) chunks.push({ at: context.length - removed.length, removed, added });
      removed = [];
      added = [];
    };
    let index = this.#index;
    for (; index < this.#lines.length; index++) {
      const line = this.#lines[index]!;
      if (line === "***" || ["@@", ...NEXT_FILE, END_OF_FILE].some((prefix) => line.startsWith(prefix))) break;
      if (line.startsWith("***")) throw new PatchError(`Invalid Line: ${line}`);
      // An empty line is one of the context: editors take away the space that it should have.
      const mark = line === "" ? " " : line[0];
      const text = line.slice(1);
      if (mark === " ") {
        close();
        context.push(text);
      } else if (mark === "-") {
        removed.push(text);
        context.push(text);
      } else if (mark === "+") {
        added.push(text);
      } else {
        throw new PatchError(`Invalid Line: ${line}`);
      }
    }
    close();
    if (this.#lines[index] === END_OF_FILE) return { context, chunks, end: index + 1, isAtEnd: true };
    if (index === this.#index) throw new PatchError("Nothing in this section");
    return { context, chunks, end: index, isAtEnd: false };
  }

  get #line(): string {
    const line = this.#lines[this.#index];
    if (line === undefined) throw new PatchError("Unexpected end of input while parsing patch");
    return line;
  }

  #isAt(prefixes: readonly string[]): boolean {
    return this.#index >= this.#lines.length || prefixes.some((prefix) => this.#line.startsWith(prefix));
  }

  /** What stands behind a prefix, if the line has it; then the line is taken. */
  #take(prefix: string): string {
    const line = this.#line;
    if (!line.startsWith(prefix)) return "";
    this.#index += 1;
    return line.slice(prefix.length);
  }
}

/** The line behind the one that a header names; where it was, if there is no such line, or it has been passed. */
function behindHeader(lines: readonly string[], header: string, from: number): number {
  const passed = lines.slice(0, from);
  if (!passed.includes(header)) {
    const at = lines.indexOf(header, from);
    if (at >= 0) return at + 1;
  }
  const bare = strip(header);
  if (passed.some((line) => strip(line) === bare)) return from;
  const at = lines.findIndex((line, index) => index >= from && strip(line) === bare);
  return at < 0 ? from : at + 1;
}

/** The text of a file after a patch. */
function changed(lines: readonly string[], chunks: readonly Chunk[], path: string): string {
  let result: string[] = [];
  let from = 0;
  for (const { at, removed, added } of chunks) {
    if (at > lines.length) throw new PatchError(`${path}: chunk.orig_index ${at} exceeds file length`);
    if (from > at) throw new PatchError(`${path}: overlapping chunks at ${from} > ${at}`);
    result = result.concat(lines.slice(from, at), added);
    from = at + removed.length;
  }
  return result.concat(lines.slice(from)).join("\n");
}

/** The lines of a patch. Only line feeds end one, unlike in the reference: a form feed belongs to the line that it is in. */
function linesOf(patch: string): string[] {
  const lines = patch.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** A line without white space at its ends. */
function strip(line: string): string {
  return line.trim();
}
