import { loadHarmonyEncoding } from "../../index.js";
import { idsOf } from "../completions/engine-answer.js";
import { binaryIds, idsIn, parseJson } from "../completions/read-completion.js";
import type { Run } from "../io.js";
import { type Handler, RecordError, type RecordInput } from "../work/handler.js";
import { runRecords } from "../work/run-records.js";

export const run: Run = (invocation) =>
  runRecords(invocation, {
    handler: createHandler(),
    accepted: ["u32le", "json", "jsonl", "ids"],
    noun: ["list", "lists"],
  });

export function createHandler(): Handler {
  const encoding = loadHarmonyEncoding();
  return {
    handle(record, results) {
      const ids = idsOfRecord(record);
      results.count("tokens", ids.length);
      if (record.format === "jsonl") results.write(`${JSON.stringify(encoding.decode(ids))}\n`);
      else results.write(encoding.decodeBytes(ids));
    },
  };
}

function idsOfRecord(record: RecordInput): readonly number[] {
  if (record.format === "u32le") return binaryIds(record.bytes!);
  if (record.format === "ids") return idsIn(record.text);
  const value = parseJson(record.text);
  if (Array.isArray(value)) return idsOf(value, "")!;
  throw new RecordError("wrong-type", "must be a list of ids, such as [13225, 11]");
}
