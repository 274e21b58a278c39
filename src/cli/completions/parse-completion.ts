import type { HarmonyEncoding, StreamableParser as TokenParser } from "../../index.js";
import {
  type Diagnostic,
  type Ending,
  HarmonyTextParser,
  type Message,
  type MessageSpans,
  type ParseMode,
  type Role,
} from "../../text.js";
import type { Settings } from "../io.js";
import { Pending, type Problem, RecordError } from "../work/handler.js";
import type { Completion } from "./engine-answer.js";

/** A completion that has been read. */
export interface Parsed {
  readonly messages: readonly Message[];
  readonly endings: readonly Ending[];
  readonly spans: readonly MessageSpans[];
  readonly diagnostics: readonly Diagnostic[];
  /** What spans count. */
  readonly unit: "tokens" | "characters";
  readonly length: number;
  /** The text of a span. */
  textOf(start: number, end: number): string;
}

/** Reads completions. */
export interface CompletionParser {
  /** Loads what reading ids takes. Texts need none of it, and it is most of the package. */
  load(): Promise<void>;
  /** @throws HarmonyError in the strict and permissive modes; RecordError where the mode needs ids; Pending where ids need what is not loaded. */
  parse(completion: Completion): Parsed;
}

/** What reading ids takes. */
interface TokenTools {
  readonly encoding: HarmonyEncoding;
  readonly StreamableParser: typeof TokenParser;
}

async function tokenTools(): Promise<TokenTools> {
  const { loadHarmonyEncoding, StreamableParser } = await import("../../index.js");
  return { encoding: loadHarmonyEncoding(), StreamableParser };
}

/** How completions are to be read, by the options of the command line. */
export function completionParser(settings: Settings): CompletionParser {
  const named = settings.text("role") ?? "assistant";
  const role = named === "none" ? undefined : (named as Role);
  const mode = settings.text<ParseMode>("mode") ?? "resilient";
  const tooled = mode === "resilient" ? { tools: settings.list("tools") } : {};
  const recovery =
    mode === "resilient" && settings.flag("continue-after-call") ? { ...tooled, continueAfterCall: true } : tooled;
  const markersDropped = settings.flag("markers-dropped");
  let tools: TokenTools | undefined;
  let loading: Promise<void> | undefined;
  const load = (): Promise<void> => {
    loading ??= tokenTools().then((loaded) => {
      tools = loaded;
    });
    return loading;
  };
  return {
    load,
    parse({ tokens, text, reason }) {
      const finish = reason === undefined ? {} : { reason };
      if (tokens !== undefined && !markersDropped) {
        if (tools === undefined) throw new Pending(load());
        const { encoding } = tools;
        const parser = new tools.StreamableParser(encoding, role, { mode, ...recovery });
        const endings: Ending[] = [];
        for (const event of parser.push(tokens)) if (event.type === "message-end") endings.push(event.ending);
        for (const event of parser.finish(finish)) if (event.type === "message-end") endings.push(event.ending);
        return {
          ...taken(parser, endings),
          unit: "tokens",
          length: tokens.length,
          textOf: (start, end) => textOfTokens(encoding, tokens.slice(start, end)),
        };
      }
      if (text === undefined) {
        throw new RecordError(
          "no-text",
          "has ids and no text, where --markers-dropped needs text; leave the option out",
        );
      }
      if (mode !== "resilient") {
        throw new RecordError(
          "no-ids",
          `is a text, which the mode ${mode} does not read; give ids, or leave --mode out`,
        );
      }
      const parser = new HarmonyTextParser(role, { ...recovery, markersDropped });
      const endings: Ending[] = [];
      for (const event of parser.push(text)) if (event.type === "message-end") endings.push(event.ending);
      for (const event of parser.finish(finish)) if (event.type === "message-end") endings.push(event.ending);
      return {
        ...taken(parser, endings),
        unit: "characters",
        length: text.length,
        textOf: (start, end) => text.slice(start, end),
      };
    },
  };
}

function taken(
  { messages, spans, diagnostics }: Pick<Parsed, "messages" | "spans" | "diagnostics">,
  endings: readonly Ending[],
): Pick<Parsed, "messages" | "spans" | "diagnostics" | "endings"> {
  return { messages, spans, diagnostics, endings };
}

/** The text of tokens; an id outside of the vocabulary is shown as a number. */
function textOfTokens({ tokenizer }: HarmonyEncoding, tokens: readonly number[]): string {
  let text = "";
  let known: number[] = [];
  for (const token of tokens) {
    if (tokenizer.tokenBytes(token) !== undefined) {
      known.push(token);
      continue;
    }
    text += `${tokenizer.decode(known)}<unknown id ${token}>`;
    known = [];
  }
  return text + tokenizer.decode(known);
}

/** How much of a span a report quotes, in characters. */
const QUOTED = 60;

/** The diagnostics of a completion as problems, with their places. */
export function diagnosticProblems({ diagnostics, unit }: Parsed, kind: Problem["kind"]): Omit<Problem, "line">[] {
  return diagnostics.map(({ code, message, action, span: [start, end], text }) => {
    const place = start === end ? `${unit} ${start}` : `${unit} ${start} to ${end}`;
    const quoted = text === "" ? "" : ` ${JSON.stringify(text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text)}`;
    return { kind, place, code, message: `${message.replace(/\.$/, "")}:${quoted} ${action}` };
  });
}
