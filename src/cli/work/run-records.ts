import { lstat } from "node:fs/promises";
import { ExitCode, FileError, UsageError } from "../failures.js";
import { openSource } from "../input/source.js";
import type { Invocation, Settings } from "../io.js";
import { targetOf } from "../output/destination.js";
import { Journal } from "./journal.js";
import type { RecordPlan } from "./record-plan.js";
import { RecordRun } from "./record-run.js";
import { here, threads, type Workers } from "./workers.js";

/** More threads than this are not started, however many are asked for. */
const MOST_JOBS = 256;

/** Goes through the input, record by record, with memory that does not grow. */
export async function runRecords(invocation: Invocation, plan: RecordPlan): Promise<ExitCode> {
  const { command, settings, io } = invocation;
  const files = namesOfInputs(invocation);
  const target = await targetOfOutput(settings, plan);
  // A name that is wrong should not be found after hours.
  for (const name of files) if (name !== "-") await (await openSource(name, io, false)).close();

  const journal = target === undefined ? undefined : new Journal(target, { ...invocation, files });
  const earlier = settings.flag("resume") ? await journal!.read() : undefined;
  if (settings.flag("resume") && earlier === undefined && (await exists(target!))) {
    if (!settings.flag("quiet")) await io.stderr.write(`${command}: ${settings.text("output")} is complete already\n`);
    return ExitCode.OK;
  }
  if (plan.isFolder === true && (await exists(target!))) {
    throw new FileError(`${settings.text("output")}: exists already; remove it, or name another folder`);
  }
  // What an earlier run has noted is not true of what this one writes.
  if (earlier === undefined) await journal?.remove();

  const run = await RecordRun.open({ ...invocation, files }, plan, journal, earlier);
  const workers = await openWorkers(invocation, plan);
  try {
    await run.readAll(workers);
  } catch (error) {
    await run.breakOff(error);
    throw error;
  } finally {
    await workers.close();
  }
  return await run.complete();
}

/** @throws UsageError */
function namesOfInputs({ files }: Invocation): readonly string[] {
  if (files.length === 0) return ["-"];
  if (files.filter((name) => name === "-").length > 1) {
    throw new UsageError("standard input (-) can be read only once; name it once");
  }
  return files;
}

/**
 * The file or folder that the output becomes; `undefined` for standard output, and for what is not a file.
 * @throws UsageError, FileError
 */
async function targetOfOutput(settings: Settings, plan: RecordPlan): Promise<string | undefined> {
  const output = settings.text("output");
  let target: string | undefined;
  if (output !== undefined && output !== "-") {
    target = plan.isFolder === true ? output.replace(/(?<=.)\/+$/, "") : await targetOf(output);
  }
  if (settings.flag("resume") && target === undefined) {
    throw new UsageError("--resume needs --output FILE, which it completes");
  }
  return target;
}

async function openWorkers({ command, settings }: Invocation, { handler }: RecordPlan): Promise<Workers> {
  const jobs = settings.number("jobs") ?? 1;
  if (jobs === 1) return here(handler);
  return await threads(Math.min(jobs, MOST_JOBS), { command, settings: settings.values });
}

async function exists(name: string): Promise<boolean> {
  return lstat(name).then(
    () => true,
    () => false,
  );
}
