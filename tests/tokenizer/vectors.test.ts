import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { HarmonyError } from "../../src/errors.js";
import { SPECIAL_TOKENS } from "../../src/special-tokens.js";
import { createTokenizer } from "../../src/tokenizer/o200k.js";
import { readVectors } from "../vectors/read.js";

const tokenizer = createTokenizer(SPECIAL_TOKENS);

interface EncodeRow {
  text: string;
  allowed_special?: "all" | string[];
  disallowed_special?: "all" | string[];
  tokens?: number[];
  message?: string;
}

interface DecodeRow {
  tokens: number[];
  utf8: { ok?: string; message?: string };
  replace: { ok?: string; message?: string };
  bytes: { ok?: number[]; message?: string };
}

interface CodePointRow {
  block: number;
  context: string;
  sha256: string;
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

function encodeMatches(row: EncodeRow): boolean {
  const answer = attempt(() =>
    row.allowed_special === undefined
      ? tokenizer.encodeOrdinary(row.text)
      : tokenizer.encode(row.text, {
          allowedSpecial: row.allowed_special,
          disallowedSpecial: row.disallowed_special ?? [],
        }),
  );
  if (row.tokens !== undefined) return String(answer) === String(row.tokens);
  return (
    answer instanceof HarmonyError &&
    answer.code === "disallowed-special-token" &&
    answer.message.split("\n")[0] === row.message?.split("\n")[0]
  );
}

test("encode: the reference's answers", () => {
  const rows = readVectors<EncodeRow>("encode");
  const mismatches = rows.filter((row) => !encodeMatches(row));
  console.log(`encode: ${rows.length} rows, ${mismatches.length} mismatches`);
  expect(mismatches).toEqual([]);
});

test("countTokens: as many as the reference's answers have", () => {
  const rows = readVectors<EncodeRow>("encode").filter((row) => row.allowed_special === undefined);
  const mismatches = rows.filter((row) => tokenizer.countTokens(row.text) !== row.tokens?.length);
  console.log(`countTokens: ${rows.length} rows, ${mismatches.length} mismatches`);
  expect(mismatches).toEqual([]);
});

function decodeMatches(row: DecodeRow): boolean {
  const asExpected = <T>(answer: T | HarmonyError, expected: { ok?: unknown; message?: string }, bad: string) => {
    if (expected.ok !== undefined) return String(answer) === String(expected.ok);
    if (!(answer instanceof HarmonyError)) return false;
    const unknown = /Invalid token for decoding: \d+/.exec(expected.message ?? "")?.[0];
    return unknown === undefined ? answer.code === bad : answer.code === "unknown-token" && answer.message === unknown;
  };
  return (
    asExpected(
      attempt(() => tokenizer.decodeUtf8(row.tokens)),
      row.utf8,
      "invalid-utf8",
    ) &&
    asExpected(
      attempt(() => tokenizer.decode(row.tokens)),
      row.replace,
      "none",
    ) &&
    asExpected(
      attempt(() => tokenizer.decodeBytes(row.tokens)),
      row.bytes,
      "none",
    )
  );
}

test("decode: the reference's answers", () => {
  const rows = readVectors<DecodeRow>("decode");
  const mismatches = rows.filter((row) => !decodeMatches(row));
  console.log(`decode: ${rows.length} rows of three answers, ${mismatches.length} mismatches`);
  expect(mismatches).toEqual([]);
});

test("every code point in five contexts: the reference's answers", () => {
  const rows = readVectors<CodePointRow>("codepoints");
  const mismatches = rows.filter(({ block, context, sha256 }) => {
    const hash = createHash("sha256");
    for (let codePoint = block; codePoint < block + 256; codePoint++) {
      const text = context.replaceAll("{}", String.fromCodePoint(codePoint));
      hash.update(`${tokenizer.encodeOrdinary(text).join(" ")}\n`);
    }
    return hash.digest("hex").slice(0, 16) !== sha256;
  });
  console.log(`codepoints: ${rows.length} blocks of 256, ${mismatches.length} mismatches`);
  expect(mismatches).toEqual([]);
});
