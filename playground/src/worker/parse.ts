import {
  type HarmonyEncoding,
  HarmonyError,
  type HarmonyEvent,
  HarmonyTextParser,
  type ParseMode,
  StreamableParser,
} from "harmony-format";
import type { ParseAnswer, ParseQuestion, ReadDiagnostic, Reading, ReadMessage } from "./answers.js";
import { piecesOf } from "./pieces.js";
import { NotACompletion, type Recognised, recognise } from "./recognise.js";

/** Reads a completion token by token in each mode, and keeps what was known after every step. */
export function answerParse(encoding: HarmonyEncoding, question: ParseQuestion): ParseAnswer {
  let input: Recognised;
  try {
    input = recognise(question.text);
  } catch (error) {
    if (!(error instanceof NotACompletion)) throw error;
    return { problems: [{ severity: "error", message: error.message }], recognised: "", notes: [] };
  }
  const { what, notes, reason, text } = input;
  const markers = text === undefined || /<\|[a-z]+\|>/.test(text);
  const tokens = input.tokens ?? (text === undefined ? undefined : encoding.encode(text, { allowedSpecial: "all" }));
  if (tokens === undefined || tokens.length === 0) return { problems: [], recognised: what, notes };
  const pieces = piecesOf(encoding.tokenizer, tokens);
  const role = question.afterStart && tokens[0] !== 200006 ? ("assistant" as const) : undefined;
  const tools = question.tools.split(/[\s,]+/).filter((name) => name !== "");
  const { continueAfterCall } = question;
  const recovery = { continueAfterCall, ...(tools.length === 0 ? {} : { tools }) };
  const readings: Reading[] = [];
  if (input.tokens !== undefined || markers) {
    const { length } = tokens;
    const step = (parser: StreamableParser) => (at: number) => parser.push(tokens[at]!);
    for (const mode of ["resilient", "strict", "permissive"] as const) {
      const options = mode === "resilient" ? { mode, ...recovery } : { mode };
      const parser = new StreamableParser(encoding, role, options);
      readings.push(readWith(mode, parser, length, step(parser), (index) => index, reason));
    }
  } else {
    const parser = new HarmonyTextParser(role, { markersDropped: true, ...recovery });
    const { text: whole, ends } = pieces;
    const textOf = (at: number): string => whole.slice(at === 0 ? 0 : ends[at - 1], ends[at]);
    const toToken = (offset: number): number => firstAbove(ends, offset);
    readings.push(readWith("resilient", parser, tokens.length, (at) => parser.push(textOf(at)), toToken, reason));
  }
  return { problems: [], recognised: what, notes, completion: { pieces, reason, readings } };
}

function readWith(
  mode: ParseMode,
  parser: StreamableParser | HarmonyTextParser,
  count: number,
  push: (at: number) => HarmonyEvent[],
  toToken: (position: number) => number,
  reason: string | undefined,
): Reading {
  const size = count + 2;
  const state = new Uint8Array(size);
  const headerStart = new Uint32Array(size);
  const begun = new Uint32Array(size);
  const ended = new Uint32Array(size);
  const length = new Uint32Array(size);
  const messages: ReadMessage[] = [];
  const texts: string[][] = [];
  const diagnostics: ReadDiagnostic[] = [];
  let error: Reading["error"];
  let [done, units, header] = [0, 0, 0];
  const take = (events: readonly HarmonyEvent[], step: number): void => {
    for (const event of events) {
      if (event.type === "message-start") {
        const { role, name, channel, recipient, content_type } = event;
        messages.push({ role, name, channel, recipient, content_type, text: "", start: header, end: step });
        texts.push([]);
        units = 0;
      } else if (event.type === "delta") {
        texts.at(-1)?.push(event.text);
        units += event.text.length;
      } else if (event.type === "message-end") {
        const { header: head, terminator } = event.spans;
        const [start, end] = [toToken(head[0]), Math.max(toToken(terminator[1]), toToken(head[1]))];
        messages[event.index] = { ...messages[event.index]!, ending: event.ending, start, end };
        done += 1;
      } else if (event.type === "diagnostic") {
        const { code, message, action, span } = event.diagnostic;
        diagnostics.push({ code, message, action, start: toToken(span[0]), end: toToken(span[1]), step });
      }
    }
  };
  const note = (step: number): void => {
    const now = parser.state === "ExpectStart" ? 0 : parser.state === "Header" ? 1 : 2;
    if (now === 1 && state[step - 1] !== 1) header = Math.max(0, step - 1);
    state[step] = now;
    headerStart[step] = header;
    begun[step] = messages.length;
    ended[step] = done;
    length[step] = units;
  };
  note(0);
  header = 0;
  for (let step = 1; step < size; step++) {
    if (error === undefined) {
      try {
        if (step <= count) take(push(step - 1), step);
        else take(parser.finish(reason === undefined ? {} : { reason }), step);
      } catch (thrown) {
        if (!(thrown instanceof HarmonyError)) throw thrown;
        error = { code: thrown.code, message: thrown.message, token: Math.min(step - 1, count - 1) };
      }
    }
    note(step);
  }
  const whole = messages.map((message, index) => {
    const end = message.ending === undefined ? count : message.end;
    return { ...message, end, text: texts[index]!.join("") };
  });
  const result = { mode, state, headerStart, begun, ended, length, messages: whole, diagnostics };
  return error === undefined ? result : { ...result, error };
}

/** The index of the first token whose text ends beyond an offset. */
function firstAbove(ends: Uint32Array, offset: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle]! > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}
