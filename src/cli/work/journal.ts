import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { FileError, fileError, systemCodeOf, UsageError } from "../failures.js";
import type { Invocation, SettingValue } from "../io.js";
import { version } from "../program.js";

/** How far a run has come: what it takes to go on from there. */
export interface Progress {
  /** Which of the inputs is being read. */
  readonly source: number;
  /** How many bytes of it, unpacked, are done with, and their hash. */
  readonly bytes: number;
  readonly digest: string;
  /** How many of its lines are done with. */
  readonly lines: number;
  /** The inputs that have been read to their end. */
  readonly inputs: readonly FinishedInput[];
  readonly records: number;
  readonly failed: number;
  readonly findings: number;
  readonly counts: Readonly<Record<string, number>>;
  /** How long the file of --errors is. */
  readonly errors: number;
  /** What the output needs to go on. */
  readonly output: unknown;
}

/** An input that has been read to its end. */
export interface FinishedInput {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string | undefined;
}

/** Options that do not change what is written. */
const INDIFFERENT: readonly string[] = ["jobs", "resume", "quiet", "color"];

/** The file beside an output that says how far it has come. */
export class Journal {
  readonly #file: string;
  readonly #run: string;

  /** @param target The name that the output will have. */
  constructor(target: string, { command, settings, files }: Invocation) {
    this.#file = `${target}.resume`;
    const values: [string, SettingValue][] = Object.entries(settings.values).filter(
      ([name]) => !INDIFFERENT.includes(name),
    );
    values.sort(([a], [b]) => (a < b ? -1 : 1));
    this.#run = JSON.stringify([version(), command, values, files]);
  }

  /**
   * Reads how far an earlier run has come; `undefined` if there is none.
   * @throws UsageError if it was another command line; FileError for what is not a journal.
   */
  async read(): Promise<Progress | undefined> {
    let text: string;
    try {
      text = await readFile(this.#file, "utf8");
    } catch (error) {
      if (systemCodeOf(error) === "ENOENT") return undefined;
      throw fileError(error, this.#file, "read");
    }
    let journal: { run?: unknown; progress?: Progress };
    try {
      journal = JSON.parse(text);
    } catch {
      throw new FileError(`${this.#file}: cannot be read as what --resume needs; run again without --resume`);
    }
    if (journal.run === this.#run && journal.progress !== undefined) return journal.progress;
    throw new UsageError(
      "--resume goes on with the same command line, files and version only, and these are others; run again without --resume",
    );
  }

  /** @throws FileError */
  async write(progress: Progress): Promise<void> {
    const beside = `${this.#file}.new`;
    try {
      await writeFile(beside, JSON.stringify({ run: this.#run, progress }));
      await rename(beside, this.#file);
    } catch (error) {
      throw fileError(error, this.#file, "write");
    }
  }

  async remove(): Promise<void> {
    await rm(this.#file, { force: true });
  }
}
