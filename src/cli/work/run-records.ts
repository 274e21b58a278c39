import { lstat } from "node:fs/promises";
import { ExitCode, FileError, Interrupted, UsageError } from "../failures.js";
import { type Chunk, chunksOf } from "../input/chunks.js";
import type { InputFormat } from "../input/format.js";
import { openSource, type Source } from "../input/source.js";
import type { Invocation } from "../io.js";
import { openDestination, targetOf } from "../output/destination.js";
import { type PlacedProblem, problemJson, problemLine } from "../output/problems.js";
import { Progress as ProgressBar } from "../output/progress.js";
import { summaryLine } from "../output/summary.js";
import type { BatchResult } from "./batch.js";
import { type OpenConsumer, openTextConsumer, type Totals } from "./consumer.js";
import type { Handler } from "./handler.js";
import { inOrder } from "./in-order.js";
import { type FinishedInput, Journal, type Progress } from "./journal.js";
import { here, threads, type Workers } from "./workers.js";

/** How a command goes through its input. */
export interface RecordPlan {
  readonly handler: Handler;
  /** What it reads. The last one is what everything is that is not recognised. */
  readonly accepted: readonly InputFormat[];
  /** What one record is called, and several. */
  readonly noun: readonly [one: string, several: string];
  readonly openConsumer?: OpenConsumer;
  /** Whether the inputs' checksums are wanted. */
  readonly isHashed?: boolean;
  /** Whether the output depends on how the input is cut into chunks. */
  readonly isSteady?: boolean;
  /** Whether the output is a folder, which must not exist yet. */
  readonly isFolder?: boolean;
  /** Whether findings are part of the output, rather than reported beside it. */
  readonly hasFindings?: boolean;
}

/** How often the journal is written, in milliseconds. */
const JOURNAL_INTERVAL = 1000;

/** Goes through the input, record by record, with memory that does not grow. */
export async function runRecords(invocation: Invocation, plan: RecordPlan): Promise<ExitCode> {
  const { command, settings, io } = invocation;
  const files = invocation.files.length === 0 ? ["-"] : invocation.files;
  if (files.filter((name) => name === "-").length > 1) {
    throw new UsageError("standard input (-) can be read only once; name it once");
  }
  const output = settings.text("output");
  const isFile = output !== undefined && output !== "-";
  const target = !isFile
    ? undefined
    : plan.isFolder === true
      ? output.replace(/(?<=.)\/+$/, "")
      : await targetOf(output);
  if (settings.flag("resume") && target === undefined) {
    throw new UsageError("--resume needs --output FILE, which it completes");
  }
  // A name that is wrong should not be found after hours.
  for (const name of files) if (name !== "-") await (await openSource(name, io, false)).close();

  const journal = target === undefined ? undefined : new Journal(target, { ...invocation, files });
  const earlier = settings.flag("resume") ? await journal!.read() : undefined;
  if (settings.flag("resume") && earlier === undefined && (await exists(target!))) {
    if (!settings.flag("quiet")) await io.stderr.write(`${command}: ${output} is complete already\n`);
    return ExitCode.OK;
  }
  if (plan.isFolder === true && (await exists(target!))) {
    throw new FileError(`${output}: exists already; remove it, or name another folder`);
  }
  // What an earlier run has noted is not true of what this one writes.
  if (earlier === undefined) await journal?.remove();
  const consumer = await (plan.openConsumer ?? openTextConsumer)(settings, io, earlier?.output);
  const errors = settings.text("errors");
  const errorFile = errors === undefined ? undefined : await openDestination(errors, io, earlier?.errors);

  const bar = new ProgressBar(io, settings.flag("quiet"));
  const totals: Totals = {
    records: earlier?.records ?? 0,
    failed: earlier?.failed ?? 0,
    findings: earlier?.findings ?? 0,
    counts: { ...earlier?.counts },
  };
  const inputs: FinishedInput[] = [...(earlier?.inputs ?? [])];
  const isHashed = plan.isHashed === true;
  let lines = earlier?.lines ?? 0;
  let reached: (() => Progress) | undefined = earlier === undefined ? undefined : () => earlier;
  let journalTime = Number.NEGATIVE_INFINITY;
  let isStopped = false;

  const jobs = settings.number("jobs") ?? 1;
  const workers: Workers =
    jobs === 1 ? here(plan.handler) : await threads(Math.min(jobs, 256), { command, settings: settings.values });

  const report = async (problems: readonly PlacedProblem[]): Promise<void> => {
    const shown = problems.filter(({ kind }) => kind === "error" || (kind === "note" && !settings.flag("quiet")));
    const beside = plan.hasFindings === true ? [] : shown;
    if (beside.length === 0) return;
    if (errorFile !== undefined) {
      const text = beside.map((problem) => `${problemJson(problem)}\n`).join("");
      await errorFile.write(new TextEncoder().encode(text));
      return;
    }
    await bar.clear();
    await io.stderr.write(beside.map((problem) => `${problemLine(problem)}\n`).join(""));
  };

  const accept = async (chunk: Chunk, source: Source, index: number, result: BatchResult): Promise<void> => {
    if (isStopped) return;
    const problems = result.problems.map((problem) => placed(problem, source.name, lines));
    isStopped = result.isStopped;
    lines += result.lines;
    totals.records += result.records;
    totals.failed += result.failed;
    totals.findings += result.problems.filter(({ kind }) => kind === "finding").length;
    for (const [name, amount] of Object.entries(result.counts))
      totals.counts[name] = (totals.counts[name] ?? 0) + amount;
    await consumer.accept(result, problems);
    await report(problems);
    await bar.update(inputs.reduce((sum, { bytes }) => sum + bytes, 0) + source.read, size, totals.records);
    const state = journal === undefined || isStopped ? undefined : consumer.state();
    if (state === undefined) return;
    const finished = inputs.slice(0, index);
    const { records, failed, findings } = totals;
    const now = { source: index, bytes: chunk.end, lines, inputs: finished, records, failed, findings };
    const counts = { ...totals.counts };
    const errorLength = errorFile?.length ?? 0;
    reached = () => ({ ...now, digest: chunk.hash!.copy().digest("hex"), counts, errors: errorLength, output: state });
    if (performance.now() - journalTime < JOURNAL_INTERVAL) return;
    journalTime = performance.now();
    await journal!.write(reached());
  };

  let size: number | undefined = 0;
  for (const name of files) {
    const stored = name === "-" ? undefined : await lstatSize(name);
    size = size === undefined || stored === undefined ? undefined : size + stored;
  }

  try {
    for (const [index, name] of files.entries()) {
      if (isStopped) break;
      if (earlier !== undefined && index < earlier.source) continue;
      const isContinued = earlier !== undefined && index === earlier.source;
      if (!isContinued) lines = 0;
      const source = await openSource(name, io, isHashed);
      try {
        const given = settings.text<InputFormat | "auto">("input") ?? "auto";
        const chunks = chunksOf(source, {
          accepted: plan.accepted,
          given: given === "auto" ? undefined : given,
          isSteady: plan.isSteady === true,
          hash: journal === undefined ? undefined : (await import("node:crypto")).createHash("sha256"),
          done: isContinued ? { bytes: earlier.bytes, digest: earlier.digest } : undefined,
        });
        const isStrict = settings.flag("strict");
        await inOrder(
          chunks,
          workers,
          isStrict,
          io.signal,
          () => isStopped,
          (chunk, result) => accept(chunk, source, index, result),
        );
        inputs.push({ file: name, bytes: source.read, sha256: source.digest() });
      } finally {
        await source.close();
      }
    }
    if (io.signal.aborted) throw io.signal.reason;
  } catch (error) {
    await bar.clear();
    await keep();
    if (error instanceof Interrupted && !settings.flag("quiet")) {
      const how = journal === undefined || reached === undefined ? "" : "; the same command with --resume goes on";
      await io.stderr.write(
        `${command}: stopped after ${totals.records.toLocaleString("en-US")} ${plan.noun[1]}${how}\n`,
      );
    }
    throw error;
  } finally {
    await workers.close();
  }
  await bar.clear();
  if (isStopped && journal !== undefined) await keep();
  else {
    await consumer.finish(totals, inputs);
    await errorFile?.finish();
    await journal?.remove();
  }
  if (!settings.flag("quiet") && totals.records !== 1) {
    await io.stderr.write(`${command}: ${summaryLine(totals, plan.noun, isStopped, plan.hasFindings === true)}\n`);
  }
  return totals.failed + totals.findings > 0 ? ExitCode.FINDINGS : ExitCode.OK;

  /** Leaves what has been done to a run that resumes it. */
  async function keep(): Promise<void> {
    const canResume = journal !== undefined && reached !== undefined;
    if (canResume) await journal.write(reached!()).catch(() => {});
    await consumer.abandon(canResume);
    await errorFile?.abandon(canResume);
  }
}

function placed(problem: BatchResult["problems"][number], file: string, lines: number): PlacedProblem {
  return problem.line === undefined ? { ...problem, file } : { ...problem, file, line: problem.line + lines };
}

async function exists(name: string): Promise<boolean> {
  return lstat(name).then(
    () => true,
    () => false,
  );
}

async function lstatSize(name: string): Promise<number | undefined> {
  const stats = await lstat(name).catch(() => undefined);
  return stats?.isFile() === true ? stats.size : undefined;
}
