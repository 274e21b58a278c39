import type { Completion } from "../completions/engine-answer.js";
import { explanationJson, explanationText } from "../completions/explanation.js";
import { completionParser } from "../completions/parse-completion.js";
import { readCompletions } from "../completions/read-completion.js";
import { DataError, ExitCode } from "../failures.js";
import { chunksOf } from "../input/chunks.js";
import type { InputFormat } from "../input/format.js";
import { displayName, openSource } from "../input/source.js";
import type { Io, Run, Settings } from "../io.js";
import { isColored, painter } from "../output/color.js";
import { openDestination } from "../output/destination.js";
import { problemLine } from "../output/problems.js";
import { decode, problemOf } from "../work/batch.js";

export const run: Run = async ({ settings, io, files }) => {
  const parser = completionParser(settings);
  const paint = painter(isColored(settings, io));
  const destination = await openDestination(settings.text("output"), io);
  const explained: string[] = [];
  for (const name of files.length === 0 ? ["-"] : files) {
    const completions = await read(name, settings, io);
    for (const [index, completion] of completions.entries()) {
      if (completion.tokens !== undefined) await parser.load();
      try {
        const parsed = parser.parse(completion);
        if (settings.text("format") === "json") {
          explained.push(`${JSON.stringify(explanationJson(completion, parsed))}\n`);
          continue;
        }
        const title = [files.length > 1 ? name : "", completions.length > 1 ? `completion ${index + 1}` : ""];
        const heading = title.filter((part) => part !== "").join(", ");
        explained.push(
          `${heading === "" ? "" : `${paint("role", heading)}: `}${explanationText(completion, parsed, paint)}`,
        );
      } catch (error) {
        throw dataError(error, name);
      }
    }
  }
  const separator = settings.text("format") === "json" ? "" : "\n";
  await destination.write(new TextEncoder().encode(explained.join(separator)));
  await destination.finish();
  return ExitCode.OK;
};

async function read(name: string, settings: Settings, io: Io): Promise<Completion[]> {
  const source = await openSource(name, io, false);
  try {
    const given = settings.text<InputFormat | "auto">("input") ?? "auto";
    const chunks = chunksOf(source, {
      accepted: ["u32le", "ids", "text"],
      given: given === "auto" ? undefined : given,
      isSteady: true,
      hash: undefined,
    });
    for await (const { format, bytes } of chunks) {
      const text = format === "u32le" ? "" : decode(bytes);
      if (text === undefined) throw new DataError(`${displayName(name)}: is not text in UTF-8; convert it`);
      try {
        return readCompletions({ format: isJson(format, text) ? "json" : format, text, bytes });
      } catch (error) {
        throw dataError(error, name);
      }
    }
    throw new DataError(`${displayName(name)}: is empty; there is no completion to explain`);
  } finally {
    await source.close();
  }
}

/** Whether a text is one JSON value. Text and logs of streams are not. */
function isJson(format: InputFormat, text: string): boolean {
  if (format !== "text" || !/^\s*[[{"]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function dataError(error: unknown, name: string): DataError {
  return new DataError(problemLine({ ...problemOf(error), file: displayName(name) }));
}
