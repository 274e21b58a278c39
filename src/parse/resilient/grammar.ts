import type { DiagnosticCode } from "../diagnostic.js";
import type { Ending } from "../event.js";
import { always, type FinalRule, type Grammar, type Rule, type State } from "../machine/grammar.js";
import type { Header } from "../machine/header.js";
import type { Machine } from "../machine/machine.js";
import type { Span } from "../span.js";
import { isWhiteSpace } from "../white-space.js";
import { type Finding, type HeaderContext, repairHeader } from "./header.js";
import { hasMarker } from "./header-lexer.js";
import { type Cut, readUnseparatedMessage } from "./unseparated-message.js";

type Stop = "end" | "call" | "return" | "endoftext";

// ---- between messages

const beginHeader: Rule = (machine) => machine.beginHeader();

/** After a message that ended, what comes without a start token is a header all the same. */
const beginHeaderWithoutStart: Rule = (machine, input) => {
  machine.gather(input);
  machine.state = "header";
};

const openMessageWithoutHeader: Rule = (machine, input) => {
  machine.state = "header";
  openMessage(machine, input);
};

const passOverStop =
  (stop: Stop): Rule =>
  (machine, input) => {
    machine.gather(input);
    machine.skip("stray-stop");
    machine.expect(stateAfter(stop, machine));
  };

// ---- header

const gather: Rule = (machine, input) => {
  machine.gather(input);
};

/** The header is complete; whatever it says, a message begins. */
const openMessage: Rule = (machine, input) => {
  const { header, findings } = repairHeader(machine.gatheredText, contextOf(machine));
  if (machine.followsCall && !isAnswer(header)) {
    machine.gather(input);
    machine.state = "orphaned";
    return;
  }
  reportHeader(machine, findings);
  machine.open(header);
};

/** A start token ends a header, too. */
const restartHeader: Rule = (machine) => {
  if (!makeMessage(machine, "start", "start") && holdsSomething(machine)) machine.skip(codeBeforeStart(machine));
  machine.nextRole = undefined;
  machine.beginHeader();
};

const stopHeader =
  (stop: Stop): Rule =>
  (machine, input) => {
    if (makeMessage(machine, "stop", stop)) {
      machine.state = stateAfter(stop, machine);
      return;
    }
    const isStray = !machine.hasStart && isWhiteSpace(machine.gatheredText);
    machine.gather(input);
    if (machine.followsCall) {
      machine.state = "orphaned";
    } else {
      machine.skip(isStray ? "stray-stop" : "incomplete-header");
      machine.expect(stateAfter(stop, machine));
    }
  };

const finishHeader: FinalRule = (machine) => {
  if (!holdsSomething(machine) || makeMessage(machine, "end-of-input", "end-of-input")) return;
  const isSpace = !machine.hasStart && isWhiteSpace(machine.gatheredText);
  if (machine.followsCall) machine.skip("orphaned-output");
  else machine.skip(isSpace ? "white-space-between-messages" : "incomplete-header");
  machine.expect("between");
};

// ---- content

const appendText: Rule = (machine, input) => {
  const text = machine.reader.read(input);
  if (text !== undefined) machine.append(text);
  else replaceUnknown(machine);
};

/** What was held back before an unknown token can never be completed. */
function replaceUnknown<Input>(machine: Machine<Input>): void {
  machine.append(`${machine.reader.tail}\uFFFD`);
  machine.reader.reset();
  machine.report("unknown-token", [machine.position, machine.end], "");
}

/** What a person reads never shows a marker that the model sent as one. */
const leaveOutControlToken: Rule = (machine, input) => {
  machine.append("");
  machine.report("control-in-content", [machine.position, machine.end], machine.reader.spell(input));
};

const closeMessage =
  (stop: Stop): Rule =>
  (machine) => {
    if (stop === "endoftext") machine.report("endoftext-as-end", [machine.position, machine.end], "<|endoftext|>");
    machine.close(stop);
    machine.state = stateAfter(stop, machine);
  };

const closeAtStart: Rule = (machine) => {
  reportMissing(machine, "missing-end");
  machine.close("start");
  machine.beginHeader();
};

/** No content has a channel marker: the next message's header begins with it, without its start. */
const closeAtChannel: Rule = (machine, input) => {
  reportMissing(machine, "missing-end");
  machine.close("channel");
  beginHeaderWithoutStart(machine, input);
};

const closeAtEnd: FinalRule = (machine) => {
  reportIncompleteCall(machine, machine.header!);
  machine.close("end-of-input");
};

// ---- after a call, or at the end of the turn

const orphan: Rule = (machine, input) => {
  machine.gather(input);
  machine.state = "orphaned";
};

const orphanUnlessWhiteSpace: Rule = (machine, input) => {
  const text = machine.gather(input);
  if (text === undefined || !isWhiteSpace(text)) machine.state = "orphaned";
};

/** A person waits for an answer: whether this is one, its header will say. */
const beginHeaderAfterCall: Rule = (machine, input) => {
  machine.followsCall = true;
  beginHeaderWithoutStart(machine, input);
};

const beginHeaderAfterOrphans: Rule = (machine) => {
  skipOrphans(machine);
  machine.beginHeader();
};

const finishOrphans: FinalRule = (machine) => {
  const { state } = machine;
  skipOrphans(machine);
  machine.expect(state);
};

/**
 * The resilient mode: every row has a rule for every mark, and no rule throws. The words behind a line name the case of
 * `docs/diagnostics.md` that it answers.
 */
export const RESILIENT: Grammar = {
  between: {
    ...always(beginHeaderWithoutStart), // A3, E2
    start: beginHeader,
    message: openMessageWithoutHeader,
    call: passOverStop("call"),
    return: passOverStop("return"), // A1
    end: passOverStop("end"), // A1
    endoftext: passOverStop("endoftext"),
    finish: () => {},
  },
  header: {
    ...always(gather),
    start: restartHeader, // A4, B1, E4
    message: openMessage, // B2 to C8, D1 to D6
    call: stopHeader("call"), // E1
    return: stopHeader("return"), // E1
    end: stopHeader("end"), // D4, E2, G2
    endoftext: stopHeader("endoftext"), // F2
    finish: finishHeader, // E2, E3, G3
  },
  content: {
    ...always(leaveOutControlToken), // G8
    text: appendText, // G7
    start: closeAtStart, // F1
    channel: closeAtChannel, // F3
    call: closeMessage("call"),
    return: closeMessage("return"),
    end: closeMessage("end"),
    endoftext: closeMessage("endoftext"), // F2
    finish: closeAtEnd, // D7
  },
  afterCall: {
    ...always(orphan), // A2
    text: orphanUnlessWhiteSpace,
    channel: beginHeaderAfterCall, // G5
    start: beginHeaderAfterOrphans,
    finish: finishOrphans,
  },
  orphaned: {
    ...always(gather), // A1, A2
    start: beginHeaderAfterOrphans,
    finish: finishOrphans,
  },
};

/** After a call or return the model's turn is over; after an end, the next message follows. */
function stateAfter<Input>(stop: Stop, { settings }: Machine<Input>): State {
  if (stop === "return") return "orphaned";
  return stop === "call" && !settings.continueAfterCall ? "afterCall" : "between";
}

function contextOf<Input>({ hasStart, settings }: Machine<Input>): HeaderContext {
  return { hasStart, givenRole: settings.role ?? "assistant", tools: settings.tools };
}

function isAnswer({ channel, recipient }: Header): boolean {
  return channel === "final" && recipient === undefined;
}

function holdsSomething<Input>({ hasStart, pending }: Machine<Input>): boolean {
  return hasStart || !pending.isEmpty;
}

/** Makes a message of a header that ran into its content; says whether that was possible. */
function makeMessage<Input>(machine: Machine<Input>, cut: Cut, ending: Ending): boolean {
  const text = machine.gatheredText;
  const message = readUnseparatedMessage(text, contextOf(machine), cut);
  if (message === undefined || (machine.followsCall && !isAnswer(message.header))) return false;
  const [contentStart] = machine.pending.spanOf(message.contentFrom, text.length);
  reportHeader(machine, [{ code: "missing-message-token", from: message.contentFrom, to: message.contentFrom }]);
  if (cut === "start") reportMissing(machine, "missing-end");
  if (cut === "end-of-input") reportIncompleteCall(machine, message.header);
  machine.add(message.header, text.slice(message.contentFrom), contentStart, ending);
  return true;
}

/** Reports what was found in the header that has been gathered, in its order. */
function reportHeader<Input>(machine: Machine<Input>, findings: readonly Finding[]): void {
  const { pending } = machine;
  const text = machine.gatheredText;
  const found: [DiagnosticCode, Span, string][] = findings.map(({ code, from, to }) => [
    code,
    pending.spanOf(from, to),
    text.slice(from, to),
  ]);
  for (const span of pending.unreadableSpans) found.push(["unknown-token", span, ""]);
  found.sort(([, a], [, b]) => a[0] - b[0]);
  if (!machine.hasStart && machine.nextRole === undefined) {
    machine.report("missing-start", [pending.start, pending.start], "");
  }
  for (const [code, span, words] of found) machine.report(code, span, words);
}

/** Reports that something is missing in front of the input that is being processed. */
function reportMissing<Input>(machine: Machine<Input>, code: DiagnosticCode): void {
  machine.report(code, [machine.position, machine.position], "");
}

function reportIncompleteCall<Input>(machine: Machine<Input>, { role, recipient }: Header): void {
  if (role === "assistant" && recipient !== undefined) reportMissing(machine, "incomplete-call");
}

function codeBeforeStart<Input>(machine: Machine<Input>): DiagnosticCode {
  const text = machine.gatheredText;
  if (machine.followsCall) return "orphaned-output";
  if (isWhiteSpace(text)) return machine.hasStart ? "repeated-start" : "white-space-between-messages";
  return machine.hasStart || hasMarker(text) ? "incomplete-header" : "stray-text";
}

function skipOrphans<Input>(machine: Machine<Input>): void {
  if (machine.pending.isEmpty) return;
  const isSpace = isWhiteSpace(machine.gatheredText);
  machine.skip(isSpace ? "white-space-between-messages" : "orphaned-output");
}
