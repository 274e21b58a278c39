import type { HarmonyErrorCode } from "../../text.js";

/** What helps against errors in data, as far as their messages do not say it. */
export const ERROR_REMEDIES: Readonly<Partial<Record<HarmonyErrorCode, string>>> = {
  "invalid-json": "write it with a JSON library, each record on a line of its own",
  "json-too-deep": "flatten the schema, or replace cycles by $ref",
  "number-out-of-range": "use a smaller number, or a string",
  "missing-field": "add it",
  "duplicate-field": "keep one",
  "unknown-content-type": "convert other parts to text",
  "unknown-reasoning-effort": "write Low, Medium or High",
  "tool-without-name": "set the full name of the tool, such as functions.get_weather",
  "misplaced-content": "move it; instructions of your own belong in a developer message",
  "unknown-token": "check that the ids come from a gpt-oss model",
  "unexpected-token": "say by --role whose message the prompt began, or read it with --mode resilient",
  "unexpected-end": "the output was cut off; --mode resilient reads what there is",
  "undecodable-header": "--mode resilient reads what there is",
  "header-without-role": "say by --role whose message the prompt began",
  "channel-without-name": "--mode resilient reads it all the same",
  "unexpected-header-words": "--mode resilient reads it all the same",
};
