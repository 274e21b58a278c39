import { Conversation, validateConversation } from "../../text.js";
import { completionParser, diagnosticProblems } from "../completions/parse-completion.js";
import { readCompletions } from "../completions/read-completion.js";
import { REMEDIES } from "../completions/remedies.js";
import type { Run, Settings } from "../io.js";
import { openDestination } from "../output/destination.js";
import { problemAnnotation, problemJson, problemLine } from "../output/problems.js";
import type { OpenConsumer } from "../work/consumer.js";
import type { Handler, Problem, RecordInput, Results } from "../work/handler.js";
import { runRecords } from "../work/run-records.js";

export const run: Run = async (invocation) =>
  runRecords(invocation, {
    handler: createHandler(invocation.settings),
    accepted: ["u32le", "json", "jsonl", "ids", "text"],
    noun: ["record", "records"],
    openConsumer,
    hasFindings: true,
  });

const FORMATS = { text: problemLine, json: problemJson, github: problemAnnotation } as const;

/** Writes what was found; there is no other output. */
const openConsumer: OpenConsumer = async (settings, io, state) => {
  const destination = await openDestination(settings.text("output"), io, state as number | undefined);
  const format = FORMATS[settings.text<keyof typeof FORMATS>("format") ?? "text"];
  return {
    async accept(_result, problems) {
      if (problems.length === 0) return;
      await destination.write(new TextEncoder().encode(problems.map((problem) => `${format(problem)}\n`).join("")));
    },
    state: () => destination.length,
    finish: () => destination.finish(),
    abandon: (keep) => destination.abandon(keep),
  };
};

export function createHandler(settings: Settings): Handler {
  const parser = completionParser(settings);
  return {
    handle(record, results) {
      if (isConversation(record)) checkConversation(record.text, results);
      else checkCompletion(record, results);
    },
  };

  function checkCompletion(record: RecordInput, results: Results): void {
    for (const completion of readCompletions(record)) {
      const parsed = parser.parse(completion);
      for (const problem of diagnosticProblems(parsed, "finding")) {
        const remedy = REMEDIES[problem.code as keyof typeof REMEDIES].replace(/\.$/, "");
        results.report({ ...problem, remedy: `to avoid it: ${remedy}` });
      }
    }
  }
}

/** An object with messages is a conversation; so is an object that is not JSON, since completions seldom are objects. */
function isConversation({ format, text }: RecordInput): boolean {
  if (format !== "json" && format !== "jsonl") return false;
  const trimmed = text.trimStart();
  if (!trimmed.startsWith("{")) return false;
  if (!trimmed.includes('"messages"'))
    return !/"(?:tokens|token_ids|output_ids|choices|text|completion|content|response)"/.test(text);
  return !/^\{\s*"(?:tokens|token_ids|output_ids|choices)"/.test(trimmed);
}

function checkConversation(text: string, results: Results): void {
  const conversation = Conversation.fromJSON(text);
  const findings: Problem[] = validateConversation(conversation).map(({ code, path, message }) => ({
    kind: "finding",
    code,
    // The message begins with the path, which is the place of the problem.
    place: path,
    message: message.startsWith(`${path} `) ? message.slice(path.length + 1) : message,
  }));
  for (const finding of findings) results.report(finding);
}
