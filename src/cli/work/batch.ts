import { isAscii } from "node:buffer";
import { HarmonyError } from "../../text.js";
import type { InputFormat } from "../input/format.js";
import { OutputBytes } from "../output/output-bytes.js";
import { ERROR_REMEDIES } from "./error-remedies.js";
import { type Handler, Pending, type Problem, RecordError, type RecordInput, type Results } from "./handler.js";

/** A piece of work: the records of a chunk. It can be sent to another thread. */
export interface Batch {
  readonly format: InputFormat;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether to stop at the first record that cannot be read. */
  readonly isStrict: boolean;
  /** A buffer that the output may be written into. */
  readonly spare: ArrayBuffer | undefined;
}

/** What came of it. The lines of problems are counted from 1 in the batch. */
export interface BatchResult {
  readonly lines: number;
  readonly records: number;
  /** How many records were left out. */
  readonly failed: number;
  /** Whether it ends at a record that could not be read, and must not be gone beyond. */
  readonly isStopped: boolean;
  readonly output: Uint8Array<ArrayBuffer>;
  readonly problems: readonly Problem[];
  readonly counts: Readonly<Record<string, number>>;
  /** Sequences that are not part of the output yet. */
  readonly sequences: Sequences | undefined;
  /** What there is to know about sequences that are. */
  readonly written: WrittenSequences | undefined;
}

/** Sequences of tokens, one behind the other. */
export interface Sequences {
  readonly tokens: Uint32Array<ArrayBuffer>;
  readonly mask: Uint8Array<ArrayBuffer>;
  readonly lengths: Uint32Array<ArrayBuffer>;
}

/** Sequences in the output: how many tokens each has, and how many of them the model is to learn. */
export interface WrittenSequences {
  readonly lengths: Uint32Array<ArrayBuffer>;
  readonly learned: Uint32Array<ArrayBuffer>;
}

/** Does a piece of work. */
export async function workOff(batch: Batch, handler: Handler): Promise<BatchResult> {
  try {
    return workOffNow(batch, handler);
  } catch (error) {
    if (!(error instanceof Pending)) throw error;
    await error.loading;
    return workOffNow(batch, handler);
  }
}

function workOffNow(batch: Batch, handler: Handler): BatchResult {
  const results = new Collected(batch.spare);
  const work = (record: RecordInput, line: number | undefined): boolean => {
    const isGood = results.add(record, line, handler);
    return isGood || !batch.isStrict;
  };
  let lines = 0;
  let isStopped = false;
  if (batch.format === "u32le") {
    isStopped = !work({ format: batch.format, text: "", bytes: batch.bytes }, undefined);
  } else if (batch.format !== "jsonl") {
    const text = decode(batch.bytes);
    const record = { format: batch.format, text: text ?? "", bytes: batch.bytes };
    if (text === undefined && batch.format !== "text") isStopped = !results.refuse(undefined) && batch.isStrict;
    else isStopped = !work(record, undefined);
  } else {
    for (const line of linesOf(batch.bytes)) {
      lines += 1;
      if (line === undefined) isStopped = !results.refuse(lines) && batch.isStrict;
      else if (!isBlank(line)) isStopped = !work({ format: "jsonl", text: line }, lines);
      if (isStopped) break;
    }
  }
  return { lines, isStopped, ...results.finish() };
}

/** The text of bytes; `undefined` where they are not UTF-8. */
export function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const LINE_FEED = 0x0a;

/**
 * The lines of a chunk; `undefined` for one that is not UTF-8. Each is decoded by itself: a line without characters beyond
 * Latin-1 is then kept in half the memory, and all that is done with it is faster, whatever stands in other lines.
 */
function* linesOf(bytes: Uint8Array<ArrayBuffer>): Generator<string | undefined> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let start = 0; start < bytes.length; ) {
    const at = buffer.indexOf(LINE_FEED, start);
    const end = at === -1 ? bytes.length : at;
    const line = buffer.subarray(start, end);
    yield isAscii(line) ? line.toString("latin1") : decode(line);
    start = end + 1;
  }
}

function isBlank(line: string): boolean {
  const first = line.charCodeAt(0);
  return !(first > 0x20) && line.trim() === "";
}

/** Collects what a handler makes of records, without what it made of one that then turned out to be bad. */
class Collected implements Results {
  readonly #output: OutputBytes;
  #problems: Problem[] = [];
  readonly #counts: Record<string, number> = {};
  readonly #tokens: Uint32Array[] = [];
  readonly #masks: Uint8Array[] = [];
  readonly #lengths: number[] = [];
  readonly #learned: number[] = [];
  #records = 0;
  #failed = 0;
  #line: number | undefined;
  #hasError = false;

  constructor(spare: ArrayBuffer | undefined) {
    this.#output = new OutputBytes(spare);
  }

  /** @returns Whether the record was good. */
  add(record: RecordInput, line: number | undefined, handler: Handler): boolean {
    this.#line = line;
    this.#records += 1;
    this.#hasError = false;
    this.#output.mark();
    const sequences = this.#tokens.length;
    const written = this.#lengths.length;
    try {
      handler.handle(record, this);
    } catch (error) {
      this.#output.takeBack();
      this.#tokens.length = sequences;
      this.#masks.length = sequences;
      this.#lengths.length = written;
      this.#learned.length = written;
      this.report(problemOf(error));
    }
    if (this.#hasError) this.#failed += 1;
    return !this.#hasError;
  }

  refuse(line: number | undefined): false {
    this.#line = line;
    this.#records += 1;
    this.#failed += 1;
    this.report({
      kind: "error",
      code: "invalid-utf8",
      message: "is not text in UTF-8",
      remedy: "convert it, as with iconv -t UTF-8",
    });
    return false;
  }

  write(data: string | Uint8Array): void {
    this.#output.add(data);
  }

  report(problem: Problem): void {
    if (problem.kind === "error") this.#hasError = true;
    this.#problems.push(this.#line === undefined ? problem : { ...problem, line: this.#line });
  }

  count(name: string, amount: number): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + amount;
  }

  addSequence(tokens: Uint32Array, mask: Uint8Array): void {
    this.#tokens.push(tokens);
    this.#masks.push(mask);
  }

  noteSequence(length: number, learned: number): void {
    this.#lengths.push(length);
    this.#learned.push(learned);
  }

  finish(): Omit<BatchResult, "lines" | "isStopped"> {
    return {
      records: this.#records,
      failed: this.#failed,
      output: this.#output.take(),
      problems: this.#problems,
      counts: this.#counts,
      sequences:
        this.#tokens.length === 0
          ? undefined
          : {
              tokens: joined(this.#tokens, (length) => new Uint32Array(length)),
              mask: joined(this.#masks, (length) => new Uint8Array(length)),
              lengths: Uint32Array.from(this.#tokens, (tokens) => tokens.length),
            },
      written:
        this.#lengths.length === 0
          ? undefined
          : { lengths: Uint32Array.from(this.#lengths), learned: Uint32Array.from(this.#learned) },
    };
  }
}

interface NumberArray {
  readonly length: number;
}

function joined<Part extends NumberArray, Whole extends Part & { set(part: Part, at: number): void }>(
  parts: readonly Part[],
  create: (length: number) => Whole,
): Whole {
  const whole = create(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * The report of an error about a record.
 * @throws the error, if it is not about data.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof RecordError) {
    const place = error.place === undefined ? {} : { place: error.place };
    return { kind: "error", code: error.code, message: error.message, ...place };
  }
  if (!(error instanceof HarmonyError)) throw error;
  const { code, path, tokenIndex } = error;
  let message = error.message.replace(/\.$/, "");
  const places: string[] = [];
  if (path !== undefined && path !== "") {
    places.push(path);
    message = message.replace(` at ${path}`, "");
  }
  if (tokenIndex !== undefined) places.push(`token ${tokenIndex}`);
  // In JSONL the line is that of the file, which is known already.
  const [, line, column] = / at line (\d+) column (\d+) of the JSON text/.exec(message) ?? [];
  if (column !== undefined) {
    places.push(`column ${column}`);
    message = message.replace(/ at line \d+ column \d+ of the JSON text/, "");
  }
  const remedy = ERROR_REMEDIES[code];
  return {
    kind: "error",
    ...(line === undefined ? {} : { line: Number(line) }),
    ...(places.length === 0 ? {} : { place: places.join(", ") }),
    code,
    message,
    ...(remedy === undefined ? {} : { remedy }),
  };
}
