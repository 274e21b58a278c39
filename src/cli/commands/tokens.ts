import { loadHarmonyEncoding } from "../../index.js";
import { parseJson } from "../completions/read-completion.js";
import { UsageError } from "../failures.js";
import type { Io, Run, Settings } from "../io.js";
import { isColored } from "../output/color.js";
import { visible } from "../output/views.js";
import { type Handler, RecordError, type RecordInput } from "../work/handler.js";
import { runRecords } from "../work/run-records.js";

export const run: Run = async (invocation) => {
  const { settings, io, files } = invocation;
  const text = settings.text("text");
  if (text !== undefined && files.length > 0) throw new UsageError("--text and files exclude each other; give one");
  const decided = settings.with("color", isColored(settings, io) ? "always" : "never");
  return await runRecords(
    { ...invocation, settings: decided, io: text === undefined ? io : withInput(io, text) },
    { handler: createHandler(decided), accepted: ["text"], noun: ["text", "texts"] },
  );
};

/** The world with a text as its standard input. */
function withInput(io: Io, text: string): Io {
  const bytes = new TextEncoder().encode(text);
  return {
    ...io,
    stdin: {
      isTerminal: false,
      async *read() {
        yield bytes;
      },
    },
  };
}

/** The text of a record, which in JSONL is a JSON string. */
export function textOfRecord({ text, format }: RecordInput): string {
  if (format !== "jsonl") return text;
  const value = parseJson(text);
  if (typeof value === "string") return value;
  throw new RecordError("wrong-type", 'must be a JSON string, such as "Hello"');
}

export function createHandler(settings: Settings): Handler {
  const encoding = loadHarmonyEncoding();
  const hasSpecial = settings.flag("special");
  const format = settings.text("format");
  const isColored = settings.text("color") === "always";
  return {
    handle(record, results) {
      const text = textOfRecord(record);
      const tokens = hasSpecial
        ? encoding.encode(text, { allowedSpecial: "all" })
        : encoding.tokenizer.encodeOrdinary(text);
      results.count("tokens", tokens.length);
      if (format === "ids") results.write(`${tokens.join(" ")}\n`);
      else if (format === "json") {
        const pieces = tokens.map((token) => pieceOf(token));
        results.write(`${JSON.stringify({ tokens, pieces })}\n`);
      } else if (format === "view") results.write(`${view(tokens)}\n`);
      else for (const token of tokens) results.write(`${String(token).padEnd(6)} ${shownPiece(token)}\n`);
    },
  };

  /** The text of a token, or its bytes where they are not whole characters. */
  function pieceOf(token: number): string | number[] {
    return encoding.tokenizer.tokenText(token) ?? [...encoding.tokenizer.tokenBytes(token)!];
  }

  function shownPiece(token: number): string {
    const piece = pieceOf(token);
    if (typeof piece === "string") return visible(JSON.stringify(piece));
    return piece.map((byte) => `0x${byte.toString(16).padStart(2, "0")}`).join(" ");
  }

  /** The text, each piece on a ground of its own. A character of several tokens shows with the last of them. */
  function view(tokens: readonly number[]): string {
    const decoder = encoding.tokenizer.createStreamDecoder();
    let shown = "";
    for (const [index, token] of tokens.entries()) {
      const piece = visible(decoder.decode(token));
      shown += isColored ? `\u001b[${GROUNDS[index % GROUNDS.length]}m${piece}\u001b[0m` : `${piece}|`;
    }
    return isColored ? shown : shown.slice(0, -1);
  }
}

const GROUNDS = ["30;46", "30;43", "30;42", "30;45"];
