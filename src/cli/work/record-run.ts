import { lstat } from "node:fs/promises";
import { ExitCode, Interrupted } from "../failures.js";
import { type Chunk, chunksOf } from "../input/chunks.js";
import type { InputFormat } from "../input/format.js";
import { openSource, type Source } from "../input/source.js";
import type { Invocation } from "../io.js";
import { type Destination, openDestination } from "../output/destination.js";
import { type PlacedProblem, problemJson, problemLine } from "../output/problems.js";
import { Progress as ProgressBar } from "../output/progress.js";
import { summaryLine } from "../output/summary.js";
import type { BatchResult } from "./batch.js";
import { type Consumer, openTextConsumer, type Totals } from "./consumer.js";
import { inOrder } from "./in-order.js";
import type { FinishedInput, Journal, Progress } from "./journal.js";
import type { RecordPlan } from "./record-plan.js";
import type { Workers } from "./workers.js";

/** How often the journal is written, in milliseconds. */
const JOURNAL_INTERVAL = 1000;

/** A run of a command over its inputs: how far it is, and where its results and reports go. */
export class RecordRun {
  readonly #invocation: Invocation;
  readonly #plan: RecordPlan;
  readonly #journal: Journal | undefined;
  readonly #earlier: Progress | undefined;
  readonly #consumer: Consumer;
  /** The file of --errors. */
  readonly #errors: Destination | undefined;
  readonly #bar: ProgressBar;
  readonly #totals: Totals;
  /** The inputs that have been read to their end. */
  readonly #inputs: FinishedInput[];
  /** How many bytes all inputs have, if that is known. */
  readonly #size: number | undefined;
  /** How many lines of the input are done with that is being read. */
  #lines: number;
  /** How far the run has come, as the journal notes it. */
  #reached: (() => Progress) | undefined;
  #journalTime = Number.NEGATIVE_INFINITY;
  /** Whether a record of --strict has ended the run. */
  #isStopped = false;

  private constructor(
    invocation: Invocation,
    plan: RecordPlan,
    journal: Journal | undefined,
    earlier: Progress | undefined,
    outputs: { readonly consumer: Consumer; readonly errors: Destination | undefined },
    size: number | undefined,
  ) {
    this.#invocation = invocation;
    this.#plan = plan;
    this.#journal = journal;
    this.#earlier = earlier;
    this.#consumer = outputs.consumer;
    this.#errors = outputs.errors;
    this.#size = size;
    this.#bar = new ProgressBar(invocation.io, invocation.settings.flag("quiet"));
    const { records = 0, failed = 0, findings = 0, counts = {}, inputs = [], lines = 0 } = earlier ?? {};
    this.#totals = { records, failed, findings, counts: { ...counts } };
    this.#inputs = [...inputs];
    this.#lines = lines;
    this.#reached = earlier === undefined ? undefined : () => earlier;
  }

  /**
   * Opens what the run writes.
   * @param earlier How far a run had come that this one goes on with.
   * @throws FileError
   */
  static async open(
    invocation: Invocation,
    plan: RecordPlan,
    journal: Journal | undefined,
    earlier: Progress | undefined,
  ): Promise<RecordRun> {
    const { settings, io, files } = invocation;
    const consumer = await (plan.openConsumer ?? openTextConsumer)(settings, io, earlier?.output);
    const name = settings.text("errors");
    const errors = name === undefined ? undefined : await openDestination(name, io, earlier?.errors);
    return new RecordRun(invocation, plan, journal, earlier, { consumer, errors }, await sizeOf(files));
  }

  /** Reads the inputs one after the other, from where an earlier run stopped. */
  async readAll(workers: Workers): Promise<void> {
    const { files, io } = this.#invocation;
    const first = this.#earlier?.source ?? 0;
    for (const [index, name] of files.entries()) {
      if (this.#isStopped) break;
      if (index >= first) await this.#read(name, index, workers);
    }
    if (io.signal.aborted) throw io.signal.reason;
  }

  /** Completes the output, says what has been done, and gives the exit code. */
  async complete(): Promise<ExitCode> {
    const { command, settings, io } = this.#invocation;
    const totals = this.#totals;
    await this.#bar.clear();
    if (this.#isStopped && this.#journal !== undefined) {
      await this.#keep();
    } else {
      await this.#consumer.finish(totals, this.#inputs);
      await this.#errors?.finish();
      await this.#journal?.remove();
    }
    if (!settings.flag("quiet") && totals.records !== 1) {
      const summary = summaryLine(totals, this.#plan.noun, this.#isStopped, this.#plan.hasFindings === true);
      await io.stderr.write(`${command}: ${summary}\n`);
    }
    return totals.failed + totals.findings > 0 ? ExitCode.FINDINGS : ExitCode.OK;
  }

  /** Ends the run because of an error or Ctrl-C, so that another can go on with it. */
  async breakOff(error: unknown): Promise<void> {
    const { command, settings, io } = this.#invocation;
    await this.#bar.clear();
    await this.#keep();
    if (!(error instanceof Interrupted) || settings.flag("quiet")) return;
    const how = this.#canResume ? "; the same command with --resume goes on" : "";
    const count = this.#totals.records.toLocaleString("en-US");
    await io.stderr.write(`${command}: stopped after ${count} ${this.#plan.noun[1]}${how}\n`);
  }

  async #read(name: string, index: number, workers: Workers): Promise<void> {
    const { settings, io } = this.#invocation;
    const earlier = this.#earlier?.source === index ? this.#earlier : undefined;
    if (earlier === undefined) this.#lines = 0;
    const source = await openSource(name, io, this.#plan.isHashed === true);
    try {
      const given = settings.text<InputFormat | "auto">("input") ?? "auto";
      const chunks = chunksOf(source, {
        accepted: this.#plan.accepted,
        given: given === "auto" ? undefined : given,
        isSteady: this.#plan.isSteady === true,
        hash: this.#journal === undefined ? undefined : (await import("node:crypto")).createHash("sha256"),
        done: earlier === undefined ? undefined : { bytes: earlier.bytes, digest: earlier.digest },
      });
      await inOrder(
        chunks,
        workers,
        settings.flag("strict"),
        io.signal,
        () => this.#isStopped,
        (chunk, result) => this.#accept(chunk, source, index, result),
      );
      this.#inputs.push({ file: name, bytes: source.read, sha256: source.digest() });
    } finally {
      await source.close();
    }
  }

  /** Takes what came of a chunk, in the order of the input. */
  async #accept(chunk: Chunk, source: Source, index: number, result: BatchResult): Promise<void> {
    if (this.#isStopped) return;
    const problems = result.problems.map((problem) => placed(problem, source.name, this.#lines));
    this.#isStopped = result.isStopped;
    this.#count(result);
    await this.#consumer.accept(result, problems);
    await this.#report(problems);
    const done = this.#inputs.reduce((sum, { bytes }) => sum + bytes, 0);
    await this.#bar.update(done + source.read, this.#size, this.#totals.records);
    if (!this.#isStopped) await this.#note(chunk, index);
  }

  #count({ lines, records, failed, problems, counts }: BatchResult): void {
    const totals = this.#totals;
    this.#lines += lines;
    totals.records += records;
    totals.failed += failed;
    totals.findings += problems.filter(({ kind }) => kind === "finding").length;
    for (const [name, amount] of Object.entries(counts)) totals.counts[name] = (totals.counts[name] ?? 0) + amount;
  }

  /** Reports what is wrong with records, on standard error or in the file of --errors. */
  async #report(problems: readonly PlacedProblem[]): Promise<void> {
    if (this.#plan.hasFindings === true) return;
    const { settings, io } = this.#invocation;
    const shown = problems.filter(({ kind }) => kind === "error" || (kind === "note" && !settings.flag("quiet")));
    if (shown.length === 0) return;
    if (this.#errors !== undefined) {
      const text = shown.map((problem) => `${problemJson(problem)}\n`).join("");
      await this.#errors.write(new TextEncoder().encode(text));
      return;
    }
    await this.#bar.clear();
    await io.stderr.write(shown.map((problem) => `${problemLine(problem)}\n`).join(""));
  }

  /** Remembers that everything up to the end of a chunk is done with, and now and then writes it into the journal. */
  async #note(chunk: Chunk, index: number): Promise<void> {
    if (this.#journal === undefined) return;
    const output = this.#consumer.state();
    if (output === undefined) return;
    const { records, failed, findings } = this.#totals;
    const inputs = this.#inputs.slice(0, index);
    const now = { source: index, bytes: chunk.end, lines: this.#lines, inputs, records, failed, findings, output };
    const counts = { ...this.#totals.counts };
    const errors = this.#errors?.length ?? 0;
    this.#reached = () => ({ ...now, digest: chunk.hash!.copy().digest("hex"), counts, errors });
    if (performance.now() - this.#journalTime < JOURNAL_INTERVAL) return;
    this.#journalTime = performance.now();
    await this.#journal.write(this.#reached());
  }

  get #canResume(): boolean {
    return this.#journal !== undefined && this.#reached !== undefined;
  }

  /** Leaves what has been done to a run that resumes it. */
  async #keep(): Promise<void> {
    const canResume = this.#canResume;
    if (canResume) await this.#journal!.write(this.#reached!()).catch(() => {});
    await this.#consumer.abandon(canResume);
    await this.#errors?.abandon(canResume);
  }
}

function placed(problem: BatchResult["problems"][number], file: string, lines: number): PlacedProblem {
  return problem.line === undefined ? { ...problem, file } : { ...problem, file, line: problem.line + lines };
}

/** How many bytes files have together; `undefined` where that cannot be known. */
async function sizeOf(files: readonly string[]): Promise<number | undefined> {
  let size = 0;
  for (const name of files) {
    const stats = name === "-" ? undefined : await lstat(name).catch(() => undefined);
    if (stats?.isFile() !== true) return undefined;
    size += stats.size;
  }
  return size;
}
