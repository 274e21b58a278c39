import { Channel } from "../../chat/channel.js";
import { hasMarker } from "../../special-tokens.js";
import type { DiagnosticAction, DiagnosticCode } from "../diagnostic.js";
import type { Ending } from "../event.js";
import { type Header, isCall } from "../header.js";
import type { Assembler } from "../machine/assembler.js";
import {
  always,
  beginHeader,
  type FinalRule,
  type Grammar,
  type Row,
  type Rule,
  type State,
} from "../machine/grammar.js";
import type { Span } from "../span.js";
import { isWhiteSpace } from "../words.js";
import { type HeaderContext, type HeaderDiagnostic, repairHeader } from "./header.js";
import { type Cut, readUnseparatedMessage } from "./unseparated-message.js";

// No rule here ever refuses its input. The example above a rule shows a completion that follows `<|start|>assistant`, and
// the input at which the rule is called; `docs/diagnostics.md` has the cases that the letters name.

type Stop = "end" | "call" | "return" | "endoftext";

/** What several rules do, each for a reason of its own: gather the input, and go on in a state. */
const gatherInto =
  (state: State): Rule =>
  (assembler, input) => {
    assembler.gather(input);
    return state;
  };

// ---- between messages

/**
 *     <|channel|>analysis<|message|>A<|end|><|channel|>final<|message|>B<|return|>
 *                                           ^
 * Behind a message, what comes without a start token is a header all the same (A3, E2).
 */
const beginHeaderWithoutStart = gatherInto("header");

/**
 *     <|channel|>final<|message|>A<|end|><|return|>
 *                                        ^
 * A stop token without a message (A1).
 */
const skipStrayStop =
  (stop: Stop): Rule =>
  (assembler, input) => {
    assembler.gather(input);
    assembler.skip("stray-stop");
    assembler.gatherBehind();
    return stateAfter(stop, assembler);
  };

const expectNothing: FinalRule = () => "between";

// ---- in a header

/**
 *     <|channel|>final<|message|>B
 *     ^^^^^^^^^^^^^^^^
 */
const gather = gatherInto("header");

/**
 *     <|channel|>final<|message|>B
 *                     ^
 * The header is complete: whatever it says, a message begins (B2 to C8, D1 to D6, H1 to H4).
 */
const openMessage: Rule = (assembler) => {
  assembler.endGathering();
  const { header, diagnostics } = repairHeader(assembler.gathered.text, contextOf(assembler));
  reportHeader(assembler, diagnostics);
  assembler.open(header);
  return "content";
};

/**
 *     <|start|><|start|>assistant<|channel|>final<|message|>B
 *              ^
 * A start token ends a header, too (A4, B1, E4, H6).
 */
const restartHeader: Rule = (assembler, input) => {
  assembler.endGathering();
  if (!makeMessage(assembler, "start", "start") && holdsSomething(assembler)) {
    const { hasStart, gathered } = assembler;
    const isHeader = hasStart || hasMarker(gathered.text);
    const blank = hasStart ? "repeated-start" : "white-space-between-messages";
    assembler.skip(codeOfSkipped(assembler, blank, isHeader ? "incomplete-header" : "stray-text"));
  }
  assembler.nextRole = undefined;
  return beginHeader(assembler, input);
};

/**
 *     <|channel|>finalHello there<|return|>
 *                                ^
 * A stop token ends a header, too (D4, E1, E2, F2, G2, H5).
 */
const stopHeader =
  (stop: Stop): Rule =>
  (assembler, input) => {
    assembler.endGathering();
    if (makeMessage(assembler, "stop", stop)) return stateAfter(stop, assembler);
    const code = codeOfSkipped(assembler, assembler.hasStart ? "incomplete-header" : "stray-stop", "incomplete-header");
    assembler.gather(input);
    assembler.skip(code);
    assembler.gatherBehind();
    return stateAfter(stop, assembler);
  };

/**
 *     <|channel|>fin
 *                   ^ the end of the input
 * What there is of a header is a message if it can be one (E2, E3, G3, H6). If the engine says that the model stopped
 * here, it is read as it is at a stop token (H9).
 */
const finishHeader: FinalRule = (assembler) => {
  if (!holdsSomething(assembler)) return "header";
  assembler.endGathering();
  if (!makeMessage(assembler, cutAtEnd(assembler), "end-of-input")) {
    const blank = assembler.hasStart ? "incomplete-header" : "white-space-between-messages";
    assembler.skip(codeOfSkipped(assembler, blank, "incomplete-header"));
    assembler.gatherBehind();
  }
  return "between";
};

// ---- in a content

/**
 *     <|channel|>final<|message|>B
 *                                ^
 */
const appendText: Rule = (assembler, input) => {
  const text = assembler.reader.read(input, assembler.position);
  if (text === undefined) return replaceUnknown(assembler);
  if (!assembler.hasRoomFor(text)) return appendWhatFits(assembler, text);
  assembler.append(text);
  if (assembler.reader.broken.length > 0) reportBroken(assembler);
  return "content";
};

/**
 *     <|channel|>final<|message|>A<|constrain|>B
 *                                 ^
 * What a person reads never shows a marker that the model sent as one (G8).
 */
const ignoreControlToken: Rule = (assembler, input) => {
  assembler.append(takeHeldBack(assembler));
  assembler.report("control-in-content", [assembler.position, assembler.end], assembler.reader.spell(input));
  return "content";
};

/**
 *     <|channel|>final<|message|>B<|return|>
 *                                 ^
 * The token endoftext is taken for end (F2).
 */
const closeMessage =
  (stop: Stop): Rule =>
  (assembler) => {
    endContent(assembler);
    if (stop === "endoftext") {
      assembler.report("endoftext-as-end", [assembler.position, assembler.end], "<|endoftext|>");
    }
    assembler.close(stop);
    return stateAfter(stop, assembler);
  };

/**
 *     <|channel|>analysis<|message|>A<|start|>assistant<|channel|>final<|message|>B
 *                                    ^
 * The message lacks its stop token (F1).
 */
const closeAtStart: Rule = (assembler, input) => {
  endContent(assembler);
  reportMissing(assembler, "missing-end");
  assembler.close("start");
  return beginHeader(assembler, input);
};

/**
 *     <|channel|>analysis<|message|>A<|channel|>final<|message|>B
 *                                    ^
 * A content has no channel marker, so the header of the next message begins with it, without its start token (F3).
 */
const closeAtChannel: Rule = (assembler, input) => {
  endContent(assembler);
  reportMissing(assembler, "missing-end");
  assembler.close("channel");
  assembler.gather(input);
  return "header";
};

/**
 *     <|channel|>final<|message|>B
 *                                 ^ the end of the input
 * A call that ends here may be cut short (D7), unless the engine says that the model stopped (H9).
 */
const closeAtEnd: FinalRule = (assembler) => {
  endContent(assembler);
  reportIncompleteCall(assembler, assembler.header!);
  assembler.close("end-of-input");
  return "between";
};

/** The content is as long as it may be: what follows is only counted (H8). */
const ignoreExcess: Rule = () => "overlong";

// ---- after a call

/**
 *     <|channel|>commentary to=functions.x json<|message|>{}<|call|>commentary
 *                                                                   ^
 * Unless it is white space, what follows a call has no owner until the next start token (A2).
 */
const orphanUnlessWhiteSpace: Rule = (assembler, input) => {
  const text = assembler.gather(input);
  return text === undefined || !isWhiteSpace(text) ? "orphaned" : "afterCall";
};

/**
 *     <|channel|>commentary to=functions.x json<|message|>{}<|call|><|channel|>final<|message|>B
 *                                                                   ^
 * A person may be waiting for an answer: the header will say whether this is one (G5).
 */
const beginHeaderAfterCall = gatherInto("headerAfterCall");

/**
 *     <|channel|>commentary to=functions.x json<|message|>{}<|call|><|channel|>final<|message|>B
 *                                                                             ^
 */
const gatherAfterCall = gatherInto("headerAfterCall");

/**
 *     <|channel|>commentary to=functions.x json<|message|>{}<|call|><|channel|>final<|message|>B
 *                                                                                   ^
 * Only an answer for a person is a message; anything else that follows a call has no owner (G5).
 */
const openAnswer: Rule = (assembler, input) => {
  assembler.endGathering();
  const { header } = repairHeader(assembler.gathered.text, contextOf(assembler));
  if (isAnswer(header)) return openMessage(assembler, input);
  assembler.gather(input);
  return "orphaned";
};

/**
 *     <|channel|>commentary to=functions.x json<|message|>{}<|call|><|channel|>finalHello<|start|>
 *                                                                                        ^
 */
const restartHeaderAfterCall: Rule = (assembler, input) => {
  assembler.endGathering();
  if (!makeMessage(assembler, "start", "start", isAnswer)) assembler.skip("orphaned-output");
  assembler.nextRole = undefined;
  return beginHeader(assembler, input);
};

/**
 *     <|channel|>commentary to=functions.x json<|message|>{}<|call|><|channel|>finalHello<|return|>
 *                                                                                        ^
 */
const stopHeaderAfterCall =
  (stop: Stop): Rule =>
  (assembler, input) => {
    assembler.endGathering();
    if (makeMessage(assembler, "stop", stop, isAnswer)) return stateAfter(stop, assembler);
    assembler.gather(input);
    return "orphaned";
  };

/**
 *     <|channel|>commentary to=functions.x json<|message|>{}<|call|><|channel|>fin
 *                                                                                 ^ the end of the input
 */
const finishHeaderAfterCall: FinalRule = (assembler) => {
  assembler.endGathering();
  if (!makeMessage(assembler, cutAtEnd(assembler), "end-of-input", isAnswer)) {
    assembler.skip("orphaned-output");
    assembler.gatherBehind();
  }
  return "between";
};

// ---- where the model's turn is over

/**
 *     <|channel|>final<|message|>B<|return|> and more
 *                                           ^
 * What follows the end of the turn has no owner (A1).
 */
const orphan = gatherInto("orphaned");

/**
 *     <|channel|>final<|message|>B<|return|> and more<|start|>assistant
 *                                                    ^
 */
const beginHeaderAfterOrphans: Rule = (assembler, input) => {
  skipOrphans(assembler);
  return beginHeader(assembler, input);
};

/**
 *     <|channel|>final<|message|>B<|return|> and more
 *                                                    ^ the end of the input
 */
const finishOrphans =
  (state: State): FinalRule =>
  (assembler) => {
    skipOrphans(assembler);
    assembler.gatherBehind();
    return state;
  };

// ---- the table

const CONTENT: Row = {
  ...always(ignoreControlToken),
  text: appendText,
  start: closeAtStart,
  channel: closeAtChannel,
  call: closeMessage("call"),
  return: closeMessage("return"),
  end: closeMessage("end"),
  endoftext: closeMessage("endoftext"),
  finish: closeAtEnd,
};

/** The resilient mode: every state has a rule for every mark, and none refuses its input. */
export const RESILIENT: Grammar = {
  between: {
    ...always(beginHeaderWithoutStart),
    start: beginHeader,
    message: openMessage,
    call: skipStrayStop("call"),
    return: skipStrayStop("return"),
    end: skipStrayStop("end"),
    endoftext: skipStrayStop("endoftext"),
    finish: expectNothing,
  },
  header: {
    ...always(gather),
    start: restartHeader,
    message: openMessage,
    call: stopHeader("call"),
    return: stopHeader("return"),
    end: stopHeader("end"),
    endoftext: stopHeader("endoftext"),
    finish: finishHeader,
  },
  content: CONTENT,
  overlong: { ...CONTENT, text: ignoreExcess, message: ignoreExcess, constrain: ignoreExcess, other: ignoreExcess },
  afterCall: {
    ...always(orphan),
    text: orphanUnlessWhiteSpace,
    channel: beginHeaderAfterCall,
    start: beginHeaderAfterOrphans,
    finish: finishOrphans("afterCall"),
  },
  headerAfterCall: {
    ...always(gatherAfterCall),
    start: restartHeaderAfterCall,
    message: openAnswer,
    call: stopHeaderAfterCall("call"),
    return: stopHeaderAfterCall("return"),
    end: stopHeaderAfterCall("end"),
    endoftext: stopHeaderAfterCall("endoftext"),
    finish: finishHeaderAfterCall,
  },
  orphaned: {
    ...always(orphan),
    start: beginHeaderAfterOrphans,
    finish: finishOrphans("orphaned"),
  },
};

/** After a call or return the model's turn is over; after an end, the next message follows. */
function stateAfter<Input>(stop: Stop, { settings }: Assembler<Input>): State {
  if (stop === "return") return "orphaned";
  return stop === "call" && !settings.continueAfterCall ? "afterCall" : "between";
}

// ---- messages without a message token

function contextOf<Input>({ hasStart, settings }: Assembler<Input>): HeaderContext {
  return { hasStart, givenRole: settings.role ?? "assistant", tools: settings.tools };
}

function isAnswer({ channel, recipient }: Header): boolean {
  return channel === Channel.FINAL && recipient === undefined;
}

function holdsSomething<Input>({ hasStart, gathered }: Assembler<Input>): boolean {
  return hasStart || !gathered.isEmpty;
}

/** What ends a header at the end of the input: a stop token that the engine swallowed, or the end itself. */
function cutAtEnd<Input>({ isStopped }: Assembler<Input>): Cut {
  return isStopped ? "stop" : "end-of-input";
}

/** Makes a message of a header that ran into its content; returns whether that was possible, and wanted. */
function makeMessage<Input>(
  assembler: Assembler<Input>,
  cut: Cut,
  ending: Ending,
  isWanted: (header: Header) => boolean = () => true,
): boolean {
  const { gathered } = assembler;
  const message = readUnseparatedMessage(gathered.text, contextOf(assembler), cut);
  if (message === undefined || !isWanted(message.header)) return false;
  const { header, contentFrom, diagnostics } = message;
  const [contentStart] = gathered.spanOf(contentFrom, gathered.text.length);
  reportHeader(assembler, diagnostics);
  if (cut === "start") reportMissing(assembler, "missing-end");
  if (cut === "end-of-input") reportIncompleteCall(assembler, header);
  assembler.add(header, gathered.text.slice(contentFrom), contentStart, ending);
  return true;
}

// ---- contents

/** Ends a content that nothing more can be added to. */
function endContent<Input>(assembler: Assembler<Input>): void {
  const { excessFrom, position } = assembler;
  if (excessFrom === undefined) assembler.append(takeHeldBack(assembler));
  else assembler.report("message-too-long", [excessFrom, position], "");
}

/** Takes the text that the reader holds back, which nothing can complete any more. */
function takeHeldBack<Input>(assembler: Assembler<Input>): string {
  let text = "";
  while (!assembler.reader.isEmpty) {
    text += assembler.reader.flush();
    reportBroken(assembler);
  }
  return text;
}

/**
 * An id that nobody knows costs one character (G7). What was held back before it can never be completed.
 */
function replaceUnknown<Input>(assembler: Assembler<Input>): State {
  const text = `${takeHeldBack(assembler)}\uFFFD`;
  if (!assembler.hasRoomFor(text)) return appendWhatFits(assembler, text);
  assembler.append(text);
  assembler.report("unknown-token", [assembler.position, assembler.end], "");
  return "content";
}

/** Adds the beginning of a text that is too long for the content, up to a whole character (H8). */
function appendWhatFits<Input>(assembler: Assembler<Input>, text: string): State {
  const { settings, content, position, end } = assembler;
  const room = Math.max(0, settings.maxMessageLength - content.length);
  const splitsCharacter = /[\ud800-\udbff]/.test(text.charAt(room - 1));
  const fitting = text.slice(0, splitsCharacter ? room - 1 : room);
  assembler.append(fitting);
  assembler.excessFrom = position + Math.min(fitting.length, end - position - 1);
  return "overlong";
}

// ---- diagnostics

/** What an input is about that is in no message: nothing, an id that nobody knows, or text. */
function codeOfSkipped<Input>(
  { gathered }: Assembler<Input>,
  blank: DiagnosticCode,
  text: DiagnosticCode,
): DiagnosticCode {
  if (!isWhiteSpace(gathered.text)) return text;
  return gathered.unreadable === undefined ? blank : "unknown-token";
}

/** Reports what was found in the header that is gathered, in its order. */
function reportHeader<Input>(assembler: Assembler<Input>, diagnostics: readonly HeaderDiagnostic[]): void {
  const { gathered } = assembler;
  const found: [DiagnosticCode, Span, string, DiagnosticAction?][] = diagnostics.map(({ code, from, to }) => [
    code,
    gathered.spanOf(from, to),
    gathered.text.slice(from, to),
  ]);
  for (const span of gathered.unreadableSpans) found.push(["unknown-token", span, "", "ignored"]);
  for (const span of gathered.brokenSpans) found.push(["broken-character", span, "\uFFFD"]);
  if (gathered.excessFrom !== undefined) found.push(["message-too-long", [gathered.excessFrom, gathered.end], ""]);
  found.sort(([, a], [, b]) => a[0] - b[0]);
  if (!assembler.hasStart && assembler.nextRole === undefined) {
    assembler.report("missing-start", [gathered.start, gathered.start], "");
  }
  for (const [code, span, text, action] of found) assembler.report(code, span, text, action);
}

/** Reports the characters that the reader has just found broken (F4, H7). */
function reportBroken<Input>(assembler: Assembler<Input>): void {
  for (const span of assembler.reader.broken) assembler.report("broken-character", span, "\uFFFD");
}

/** Reports that something is missing in front of the current input. */
function reportMissing<Input>(assembler: Assembler<Input>, code: DiagnosticCode): void {
  assembler.report(code, [assembler.position, assembler.position], "");
}

function reportIncompleteCall<Input>(assembler: Assembler<Input>, header: Header): void {
  if (isCall(header) && !assembler.isStopped) reportMissing(assembler, "incomplete-call");
}

function skipOrphans<Input>(assembler: Assembler<Input>): void {
  if (assembler.gathered.isEmpty) return;
  assembler.endGathering();
  assembler.skip(codeOfSkipped(assembler, "white-space-between-messages", "orphaned-output"));
}
