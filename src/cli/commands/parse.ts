import { finalText } from "../../text.js";
import { completionParser, diagnosticProblems } from "../completions/parse-completion.js";
import { readOneCompletion } from "../completions/read-completion.js";
import { UsageError } from "../failures.js";
import type { Run, Settings } from "../io.js";
import type { Handler } from "../work/handler.js";
import { runRecords } from "../work/run-records.js";

export const run: Run = async (invocation) => {
  const { settings } = invocation;
  if (settings.text("mode") !== "resilient") {
    for (const name of ["tools", "continue-after-call", "markers-dropped"]) {
      if (settings.values[name] !== undefined) throw new UsageError(`--${name} needs --mode resilient`);
    }
  }
  return await runRecords(invocation, {
    handler: createHandler(settings),
    accepted: ["u32le", "json", "jsonl", "ids", "text"],
    noun: ["completion", "completions"],
  });
};

export function createHandler(settings: Settings): Handler {
  const parser = completionParser(settings);
  const isFinal = settings.flag("final");
  const where = settings.text("diagnostics");
  return {
    handle(record, results) {
      const completion = readOneCompletion(record);
      const parsed = parser.parse(completion);
      const { messages, diagnostics } = parsed;
      if (where === "stderr") {
        if (completion.note !== undefined) results.report({ kind: "note", code: "lost-ids", message: completion.note });
        for (const problem of diagnosticProblems(parsed, "note")) results.report(problem);
      }
      results.count("messages", messages.length);
      if (isFinal) {
        const answer = finalText(messages);
        if (record.format === "jsonl") results.write(`${JSON.stringify(answer ?? null)}\n`);
        else if (answer !== undefined) results.write(answer.endsWith("\n") ? answer : `${answer}\n`);
      } else if (settings.text("format") === "messages") {
        for (const message of messages) results.write(`${JSON.stringify(message)}\n`);
      } else {
        results.write(`${JSON.stringify(where === "json" ? { messages, diagnostics } : { messages })}\n`);
      }
    },
  };
}
