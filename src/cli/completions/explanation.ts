import type { Diagnostic, Ending, Message, Span } from "../../text.js";
import type { Paint } from "../output/color.js";
import { visible } from "../output/views.js";
import type { Completion } from "./engine-answer.js";
import type { Parsed } from "./parse-completion.js";
import { REMEDIES } from "./remedies.js";

/** A piece of a completion, and what was found in it. */
type Piece =
  | {
      readonly kind: "message";
      readonly index: number;
      readonly span: Span;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly kind: "skipped"; readonly span: Span; readonly diagnostics: readonly Diagnostic[] };

/** A completion with its messages and departures as JSON. */
export function explanationJson(completion: Completion, parsed: Parsed): unknown {
  const { messages, spans, endings, diagnostics, unit, length, textOf } = parsed;
  const { engine, reason, note } = completion;
  return {
    unit,
    length,
    ...(engine === undefined || engine === "" ? {} : { engine }),
    ...(reason === undefined ? {} : { reason }),
    ...(note === undefined ? {} : { note }),
    messages: messages.map((message, index) => {
      const { header, content, terminator } = spans[index]!;
      return {
        message,
        ending: endings[index],
        header: { span: header, text: textOf(...header) },
        content: { span: content, text: textOf(...content) },
        terminator: { span: terminator, text: textOf(...terminator) },
      };
    }),
    diagnostics: diagnostics.map((diagnostic) => ({ ...diagnostic, remedy: REMEDIES[diagnostic.code] })),
  };
}

/** A completion as people read it: each piece of it in order, and under each what departs from the format. */
export function explanationText(completion: Completion, parsed: Parsed, paint: Paint): string {
  const lines = [heading(completion, parsed)];
  if (completion.note !== undefined) lines.push(paint("warning", completion.note));
  for (const piece of piecesOf(parsed)) {
    lines.push("");
    lines.push(...(piece.kind === "message" ? messageLines(piece, parsed, paint) : skippedLines(piece, parsed, paint)));
  }
  if (parsed.length === 0) lines.push("", "There is nothing in it: the model wrote nothing, or the engine kept it.");
  return `${lines.join("\n")}\n`;
}

function heading({ engine, reason }: Completion, { messages, diagnostics, unit, length }: Parsed): string {
  const what = unit === "tokens" ? `${counted(length, "token")}` : `a text of ${counted(length, "character")}`;
  const from = engine === undefined || engine === "" ? "" : ` from ${engine}`;
  const why = reason === undefined ? "" : `, ended by ${JSON.stringify(reason)}`;
  const departures =
    diagnostics.length === 0
      ? "no departure from the format"
      : `${diagnostics.length} departure${diagnostics.length === 1 ? "" : "s"} from the format`;
  return `${what}${from}${why}: ${counted(messages.length, "message")}, ${departures}`;
}

/** The messages and what stands between them, in order, each with the diagnostics that begin in it. */
function piecesOf({ messages, spans, diagnostics }: Parsed): Piece[] {
  const pieces: (Piece & { diagnostics: Diagnostic[] })[] = messages.map((_message, index) => {
    const { header, terminator } = spans[index]!;
    return { kind: "message", index, span: [header[0], terminator[1]], diagnostics: [] };
  });
  for (const diagnostic of diagnostics) {
    if (diagnostic.action === "skipped" && diagnostic.span[1] > diagnostic.span[0]) {
      pieces.push({ kind: "skipped", span: diagnostic.span, diagnostics: [diagnostic] });
    }
  }
  pieces.sort((a, b) => a.span[0] - b.span[0] || a.span[1] - b.span[1]);
  for (const diagnostic of diagnostics) {
    if (pieces.some((piece) => piece.diagnostics.includes(diagnostic))) continue;
    pieceOf(diagnostic, pieces)?.diagnostics.push(diagnostic);
  }
  return pieces;
}

/** The piece that a diagnostic is about. What is missing between two messages is missing from the second, but for an end. */
function pieceOf<Any extends Piece>({ code, span: [start, end] }: Diagnostic, pieces: readonly Any[]): Any | undefined {
  const around = pieces.filter(({ kind, span }) => kind === "message" && start >= span[0] && end <= span[1]);
  return (code === "missing-end" ? around[0] : around.at(-1)) ?? pieces.at(-1);
}

function messageLines(piece: Piece & { kind: "message" }, parsed: Parsed, paint: Paint): string[] {
  const { messages, spans, endings, unit } = parsed;
  const { header, content, terminator } = spans[piece.index]!;
  const place = paint("dim", `(${unit} ${header[0]} to ${terminator[1]})`);
  const sections = { header, content, terminator };
  const lines = [`${paint("role", `message ${piece.index + 1}: ${describe(messages[piece.index]!)}`)} ${place}`];
  for (const [name, section] of Object.entries(sections)) {
    const isMissing = name === "terminator" && section[0] === section[1];
    lines.push(
      isMissing
        ? `  ${"terminator".padEnd(LABEL)}${paint("dim", missingTerminator(endings[piece.index]!))}`
        : labelled(name, parsed.textOf(...section), paint),
    );
    for (const diagnostic of piece.diagnostics) {
      if (sectionOf(diagnostic.span, sections) === name)
        lines.push(...diagnosticLines(diagnostic, section, parsed, paint));
    }
  }
  return lines;
}

/** In which section of a message a diagnostic is shown: where its span begins, or where something is missing. */
function sectionOf([start, end]: Span, { header, content }: { header: Span; content: Span }): string {
  if (start < header[1] || (start === end && start === header[1])) return "header";
  return start < content[1] || (start === end && start === content[1]) ? "content" : "terminator";
}

/** Who says it, to whom, on which channel. */
function describe({ role, name, channel, recipient, content_type }: Message): string {
  return [
    name === undefined ? role : `${role} ${name}`,
    recipient === undefined ? "" : `to ${recipient}`,
    channel === undefined ? "without a channel" : `on ${channel}`,
    content_type === undefined ? "" : `as ${content_type}`,
  ]
    .filter((part) => part !== "")
    .map((part) => visible(part))
    .join(" ");
}

function missingTerminator(ending: Ending): string {
  switch (ending) {
    case "start":
    case "channel":
      return "none: the next message begins";
    case "end-of-input":
      return "none: the completion ends here";
    default:
      return `${ending}, which the engine kept`;
  }
}

function skippedLines({ span, diagnostics }: Piece, parsed: Parsed, paint: Paint): string[] {
  const place = paint("dim", `(${parsed.unit} ${span[0]} to ${span[1]})`);
  return [
    `${paint("role", "between messages")} ${place}`,
    labelled("skipped", parsed.textOf(...span), paint),
    ...diagnostics.flatMap((diagnostic) => diagnosticLines(diagnostic, span, parsed, paint)),
  ];
}

const LABEL = 12;
const INDENT = " ".repeat(LABEL + 2);

/** A text behind its label; further lines of the text stand under its first. */
function labelled(label: string, text: string, paint: Paint): string {
  const shown = visible(text)
    .split("\n")
    .map((line) => line.replace(/<\|[^|<>]*\|>/g, (marker) => paint("marker", marker)))
    .join(`\n${INDENT}`);
  return `  ${paint("dim", label.padEnd(LABEL))}${shown}`.trimEnd();
}

/** The longest mark under a place, in characters. */
const LONGEST_MARK = 40;

/** What was found: a mark under its place, as far as that is in the last line shown, and then the words. */
function diagnosticLines(diagnostic: Diagnostic, section: Span, { textOf }: Parsed, paint: Paint): string[] {
  const { code, message, action, span } = diagnostic;
  const before = visible(textOf(section[0], Math.max(section[0], span[0])));
  const text = visible(textOf(...span));
  const isOneLine = !`${before}${text}`.includes("\n");
  const column = isOneLine ? before.length : 0;
  const mark = " ".repeat(column) + "^".repeat(Math.min(LONGEST_MARK, Math.max(1, isOneLine ? text.length : 1)));
  const quoted = isOneLine || text === "" ? "" : ` ${JSON.stringify(text.slice(0, LONGEST_MARK))}`;
  return [
    INDENT + paint("warning", mark),
    `${INDENT}${paint("warning", code)}:${quoted} ${message} (${action})`,
    `${INDENT}To avoid it: ${REMEDIES[code]}`,
  ];
}

function counted(amount: number, noun: string): string {
  return `${amount.toLocaleString("en-US")} ${noun}${amount === 1 ? "" : "s"}`;
}
