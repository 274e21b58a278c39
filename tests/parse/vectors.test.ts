import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import type { MessageJSON } from "../../src/chat/message.js";
import type { Role } from "../../src/chat/role.js";
import { HarmonyError } from "../../src/errors.js";
import { parseMessages } from "../../src/parse/parse-messages.js";
import { StreamableParser } from "../../src/parse/streamable-parser.js";
import { readVectors } from "../vectors/read.js";
import { encoding, wordingOf } from "./recorded.js";

interface ParseRow {
  tokens: number[];
  role: Role | null;
  strict: boolean;
  messages?: MessageJSON[];
  message?: string;
}

type Step =
  | [string, string | null, string | null, string | null, string | null, string | null, string, number]
  | { error: string; message: string };

interface StreamRow {
  tokens: number[];
  role: Role | null;
  strict: boolean;
  steps: Step[];
  state_data: object;
  fed: number[];
  messages: MessageJSON[];
}

/** What a call gives, or the error it throws. */
function attempt<T>(call: () => T): T | HarmonyError {
  try {
    return call();
  } catch (error) {
    if (error instanceof HarmonyError) return error;
    throw error;
  }
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

test("parse: the reference's answers", () => {
  const rows = readVectors<ParseRow>("parse");
  const counts: Record<string, number> = {};
  const mismatches: object[] = [];
  for (const row of rows) {
    const { tokens, role, strict } = row;
    const answer = attempt(() => parseMessages(encoding, tokens, role, { strict }));
    const failed = answer instanceof HarmonyError;
    const kind = `${strict ? "strict" : "permissive"}, ${failed ? answer.code : "messages"}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
    const actual = failed ? { message: answer.message } : { messages: plain(answer) };
    const expected = row.messages === undefined ? { message: wordingOf(row.message!) } : { messages: row.messages };
    if (!isDeepStrictEqual(actual, expected)) mismatches.push({ tokens, role, strict, expected, actual });
  }
  console.info("parse", rows.length, counts, "mismatches:", mismatches.length);
  expect(mismatches).toEqual([]);
});

test("stream: the reference's answers after every token", () => {
  const rows = readVectors<StreamRow>("stream");
  let steps = 0;
  let errors = 0;
  for (const row of rows) {
    const parser = new StreamableParser(encoding, row.role, { strict: row.strict });
    row.steps.forEach((expected, index) => {
      steps++;
      const token = row.tokens[index];
      if (token === undefined) expect(plain(parser.stateData)).toEqual(row.state_data);
      const outcome = attempt(() => (token === undefined ? parser.processEos() : parser.process(token)));
      if (outcome instanceof HarmonyError) {
        errors++;
        expect({ message: outcome.message, tokenIndex: outcome.tokenIndex }).toEqual({
          message: "message" in expected ? wordingOf(expected.message) : "none",
          tokenIndex: index,
        });
      } else {
        expect([
          parser.state,
          parser.currentRole ?? null,
          parser.currentChannel ?? null,
          parser.currentRecipient ?? null,
          parser.currentContentType ?? null,
          parser.lastContentDelta ?? null,
          parser.currentContent,
          parser.messages.length,
        ]).toEqual(expected);
      }
    });
    expect(parser.tokens).toEqual(row.fed);
    expect(plain(parser.messages)).toEqual(row.messages);
  }
  console.info("stream", rows.length, { steps, errors }, "mismatches: 0");
});
