import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  Conversation,
  HarmonyError,
  type HarmonyErrorCode,
  loadHarmonyEncoding,
  Message,
  renderConversationParts,
  StreamableParser,
} from "../../src/index.js";
import type {
  CodePointRow,
  DecodeRow,
  EncodeRow,
  ParseRow,
  Refusal,
  RenderMessageRow,
  RenderRow,
  Rows,
  StreamRow,
} from "./rows.js";

/** Where our answer to a row's question differs from the reference's. */
export interface Difference {
  readonly reference: unknown;
  readonly ours: unknown;
}

const encoding = loadHarmonyEncoding();

/** Compares our answer with the recorded one; `undefined` where they agree. */
export const differenceOf: { readonly [Kind in keyof Rows]: (row: Rows[Kind]) => Difference | undefined } = {
  encode: encodeDifference,
  decode: decodeDifference,
  codepoints: codePointDifference,
  render: renderDifference,
  render_message: renderMessageDifference,
  parse: parseDifference,
  stream: streamDifference,
};

function encodeDifference(row: EncodeRow): Difference | undefined {
  const answer = attempt(() =>
    row.allowed_special === undefined
      ? encoding.tokenizer.encodeOrdinary(row.text)
      : encoding.encode(row.text, {
          allowedSpecial: row.allowed_special,
          disallowedSpecial: row.disallowed_special ?? [],
        }),
  );
  // The first line names the token; the rest says how to allow it, in each package's own terms.
  const ours = answer instanceof HarmonyError ? firstLine(answer.message) : answer;
  return compare(row.tokens ?? firstLine(row.message ?? ""), ours);
}

function decodeDifference({ tokens, utf8, replace, bytes }: DecodeRow): Difference | undefined {
  const expected = [utf8, replace, bytes].map(({ ok, message = "" }) => ok ?? decodeRefusal(message));
  const answers = [
    attempt(() => encoding.decodeUtf8(tokens)),
    attempt(() => encoding.decode(tokens)),
    attempt(() => Array.from(encoding.decodeBytes(tokens))),
  ];
  const ours = answers.map((answer) => (answer instanceof HarmonyError ? decodeRefusal(answer.message) : answer));
  return compare(expected, ours);
}

/** The refusal without byte positions, which the reference's language adds to invalid UTF-8. */
function decodeRefusal(message: string): string {
  return /Invalid token for decoding: \d+/.exec(message)?.[0] ?? /Invalid utf-8/.exec(message)?.[0] ?? message;
}

function codePointDifference({ block, context, sha256 }: CodePointRow): Difference | undefined {
  const hash = createHash("sha256");
  for (let codePoint = block; codePoint < block + 256; codePoint += 1) {
    const text = context.replaceAll("{}", String.fromCodePoint(codePoint));
    hash.update(`${encoding.tokenizer.encodeOrdinary(text).join(" ")}\n`);
  }
  return compare(sha256, hash.digest("hex").slice(0, 16));
}

function renderDifference(row: RenderRow): Difference | undefined {
  const config = { autoDropAnalysis: row.auto_drop_analysis };
  const answer = attempt(() => {
    const conversation = Conversation.fromJSON(row.conversation);
    const { next_role: nextTurnRole } = row;
    const parts = renderConversationParts(conversation, { ...config, nextTurnRole, training: row.op === "training" });
    const text = parts.map((part) => part.text).join("");
    if (row.op === "training") return { tokens: encoding.renderConversationForTraining(conversation, config), text };
    return nextTurnRole === undefined
      ? { tokens: encoding.renderConversation(conversation, config), text }
      : { tokens: encoding.renderConversationForCompletion(conversation, nextTurnRole, config), text };
  });
  if (answer instanceof HarmonyError) return compareRefusal(row, row.tokens, answer);
  return compare(row.tokens === undefined ? row.message : { tokens: row.tokens, text: row.text }, answer);
}

function renderMessageDifference(row: RenderMessageRow): Difference | undefined {
  const options = { conversationHasFunctionTools: row.options.conversation_has_function_tools };
  const answer = attempt(() => encoding.render(Message.fromJSON(row.input), options));
  if (answer instanceof HarmonyError) return compareRefusal(row, row.tokens, answer);
  return compare(row.tokens ?? row.message, answer);
}

/** Our code for each sentence of the reference's JSON reader, whose wording we do not copy. */
const REFUSALS: readonly (readonly [RegExp, HarmonyErrorCode])[] = [
  [/missing field/, "missing-field"],
  [/duplicate field/, "duplicate-field"],
  [/unknown variant `.*`, expected one of `user`/s, "unknown-role"],
  [/unknown variant `.*`, expected one of `text`/s, "unknown-content-type"],
  [/unknown variant `.*`, expected one of `Low`/s, "unknown-reasoning-effort"],
  [/invalid type/, "wrong-type"],
  [/number out of range/, "number-out-of-range"],
  [/recursion limit exceeded/, "json-too-deep"],
  [/invalid (conversation|message) JSON/, "invalid-json"],
];

function compareRefusal({ message = "" }: Refusal, tokens: unknown, error: HarmonyError): Difference | undefined {
  if (tokens !== undefined) return { reference: tokens, ours: error };
  const kind = REFUSALS.find(([sentence]) => sentence.test(message))?.[1];
  // Any other refusal is worded by the reference itself, and so is ours, which adds the message that is meant.
  if (kind === undefined) return compare(message, error.message.replace(/ \(in messages\[\d+\]\)$/, ""));
  const placed = error.path !== undefined || error.offset !== undefined;
  return error.code === kind && placed ? undefined : { reference: message, ours: error };
}

function parseDifference(row: ParseRow): Difference | undefined {
  const { tokens, role, strict } = row;
  const answer = attempt(() => encoding.parseMessagesFromCompletionTokens(tokens, role, { strict }));
  const ours = answer instanceof HarmonyError ? answer.message : plain(answer);
  return compare(row.messages ?? wordingOf(row.message ?? ""), ours);
}

function streamDifference(row: StreamRow): Difference | undefined {
  const parser = new StreamableParser(encoding, row.role, { strict: row.strict });
  for (const [index, expected] of row.steps.entries()) {
    const token = row.tokens[index];
    if (token === undefined) {
      const difference = compare(row.state_data, plain(parser.stateData));
      if (difference !== undefined) return difference;
    }
    const outcome = attempt(() => (token === undefined ? parser.processEos() : parser.process(token)));
    const step = Array.isArray(expected) ? expected : [wordingOf(expected.message), index];
    const ours =
      outcome instanceof HarmonyError
        ? [outcome.message, outcome.tokenIndex]
        : [
            parser.state,
            parser.currentRole ?? null,
            parser.currentChannel ?? null,
            parser.currentRecipient ?? null,
            parser.currentContentType ?? null,
            parser.lastContentDelta ?? null,
            parser.currentContent,
            parser.messages.length,
          ];
    const difference = compare({ index, step }, { index, step: ours });
    if (difference !== undefined) return difference;
  }
  return compare([row.fed, row.messages], [parser.tokens, plain(parser.messages)]);
}

/** A parser's sentence without what the reference's language adds: `Some("…")`, its escapes and its error types. */
function wordingOf(message: string): string {
  return message
    .replace(/^Could not decode tokens: Invalid token error: /, "")
    .replace(/^Could not decode tokens: Invalid utf-8 sequence: .*$/s, "Invalid utf-8")
    .replace(/: Some\((".*")\)$/s, (_, quoted: string) => `: ${unescapeRust(quoted.slice(1, -1))}`);
}

function unescapeRust(text: string): string {
  return text.replace(/\\(u\{([0-9a-f]+)\}|.)/gs, (_, escaped: string, code: string | undefined) => {
    if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
    return { n: "\n", r: "\r", t: "\t", "0": "\0" }[escaped] ?? escaped;
  });
}

/** What a call returns, or the `HarmonyError` that it throws. */
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

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!;
}

function compare(reference: unknown, ours: unknown): Difference | undefined {
  return isDeepStrictEqual(reference, ours) ? undefined : { reference, ours };
}
